"""Roles and databases, made over the provisioning connection.

The connection needs CREATEDB and CREATEROLE, nothing more. Every step may be
repeated. No role of ours is a superuser: that is checked at the end, because a
superuser or BYPASSRLS login would silently see every customer's rows.
"""

import os
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from . import role_passwords
from .problem import SetupProblem
from .psql import in_turn, psql
from .secrets_file import Passwords

OWNER, BACKUP, TESTER = "vms_owner", "vms_backup", "vms_test"
PROCESS_ROLES = ("vms_app", "vms_staff", "vms_worker", "vms_network")
# psql expands :'name' into a quoted literal and :"name" into a quoted identifier.
# What a statement of theirs says stays out of the server's log when it fails: values,
# a person's password among them in a form that can be tried at leisure.
ROLES_SQL = """
SELECT format('CREATE ROLE %I', name) FROM unnest(:'roles'::text[]) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \\gexec
SELECT format('GRANT %I TO CURRENT_USER', :'owner') FROM pg_roles
 WHERE rolname = current_user AND NOT rolsuper \\gexec
SELECT rolsuper AS admin FROM pg_roles WHERE rolname = current_user \\gset
\\if :admin
  ALTER ROLE vms_backup BYPASSRLS;
  GRANT pg_read_all_data TO vms_backup;
  SELECT format('ALTER ROLE %I SET %s', name, setting)
    FROM unnest(:'roles'::text[]) AS name,
         unnest(ARRAY['log_min_error_statement = panic',
                      'log_error_verbosity = terse']) AS setting
   WHERE NOT EXISTS (
         SELECT FROM pg_db_role_setting
          WHERE setdatabase = 0 AND setrole = to_regrole(name)
            AND replace(setting, ' ', '') = ANY (setconfig)) \\gexec
\\endif
"""
# What a superuser may read, to write a role only where something changes.
LOGINS_SQL = """
SELECT rolsuper AS admin FROM pg_roles WHERE rolname = current_user \\gset
\\if :admin
  SELECT rolname, rolpassword FROM pg_authid
   WHERE rolname = ANY (:'roles'::text[]) AND rolcanlogin AND rolpassword IS NOT NULL;
\\endif
"""
DATABASE_SQL = """
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' '
              'LOCALE_PROVIDER icu ICU_LOCALE ''fr-BE'' LOCALE ''C.UTF-8''',
              :'database', :'owner')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \\gexec
"""
# What PostgreSQL lets everybody do and no process of ours needs: keep large objects
# beside the tables, write the log full, end another's statements, hold locks past a
# transaction. Only a superuser can take it away.
RIGHTS_SQL = """
SELECT rolsuper AS admin FROM pg_roles WHERE rolname = current_user \\gset
\\if :admin
  SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', oid::regprocedure)
    FROM pg_proc
   WHERE pronamespace = 'pg_catalog'::regnamespace
     AND proname ~ '^(lo_.+|loread|lowrite|pg_(try_)?advisory_.+'
         '|pg_(cancel|terminate)_backend|pg_logical_emit_message)$'
  \\gexec
  GRANT EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint),
    pg_advisory_xact_lock(integer, integer),
    pg_advisory_xact_lock_shared(integer, integer),
    pg_try_advisory_xact_lock(integer, integer)
    TO vms_owner, vms_staff, vms_worker, vms_network;
\\endif
SET ROLE vms_owner;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
"""
# The server's other databases, where everybody may sign in and make what they like.
SECLUDE_SQL = """
SELECT rolsuper AS admin FROM pg_roles WHERE rolname = current_user \\gset
\\if :admin
  REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
\\endif
"""
CHECK_SQL = """
SELECT rolname FROM pg_roles
 WHERE rolname = ANY (:'roles'::text[]) AND (rolsuper OR rolbypassrls)
"""


def role_url(url: str, role: str, password: str, database: str) -> str:
    """The same server, another login."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    if ":" in host:
        host = f"[{host}]"
    login = f"{role}:{quote(password, safe='')}@{host}:{parts.port or 5432}"
    return urlunsplit(("postgres", login, f"/{database}", parts.query, ""))


def provision(url: str, passwords: Passwords, database: str, *, tests: bool) -> None:
    """Make the roles and the database, or bring them to the wanted state."""
    with in_turn(url):
        _provision(url, passwords, database, tests=tests)


def _provision(url: str, passwords: Passwords, database: str, *, tests: bool) -> None:
    roles = [OWNER, *PROCESS_ROLES, BACKUP, *([TESTER] if tests else [])]
    listed = "{" + ",".join(roles) + "}"
    psql(url, ROLES_SQL, roles=listed, owner=OWNER)
    kept = psql(url, LOGINS_SQL, roles=listed)
    psql(url, _logins(roles, passwords, kept))
    if tests:
        members = ", ".join([OWNER, *PROCESS_ROLES])
        psql(url, f"ALTER ROLE {TESTER} NOINHERIT; GRANT {members} TO {TESTER};")
    psql(url, DATABASE_SQL, owner=OWNER, database=database)
    psql(
        url,
        RIGHTS_SQL + _rights(roles, database),
        within=database,
        database=database,
    )
    powerful = psql(url, CHECK_SQL, roles="{" + ",".join(set(roles) - {BACKUP}) + "}")
    if powerful.split():
        names = ", ".join(powerful.split())
        raise SetupProblem(
            f"These roles may see every customer's rows: {names}. "
            "Take SUPERUSER and BYPASSRLS from them."
        )


def require_address(url: str) -> str:
    """Return ``url``, of a server that can be asked."""
    try:
        parts = urlsplit(url)
        is_server = parts.hostname and parts.port != 0 and "\0" not in unquote(url)
    except ValueError:
        is_server = False
    if not is_server or parts.scheme not in {"postgres", "postgresql"}:
        raise SetupProblem(
            "DATABASE_URL: postgresql://user:password@host:port/name is expected."
        )
    return url


def seclude(url: str) -> None:
    """Leave our roles no other database, on a server that is ours alone."""
    with in_turn(url):
        psql(url, SECLUDE_SQL)


def _logins(roles: list[str], passwords: Passwords, kept: str) -> str:
    """Who may sign in with what, where that is not what the server has already."""
    stored = dict(line.split("|", 1) for line in kept.splitlines())
    return "".join(
        f"ALTER ROLE {role} LOGIN PASSWORD '{role_passwords.verifier(password)}';\n"
        for role in roles
        if not role_passwords.fits(
            stored.get(role, ""), password := passwords.get(role)
        )
    )


def _rights(roles: list[str], database: str) -> str:
    return (
        f'GRANT CONNECT ON DATABASE "{database}" TO {", ".join(roles)};\n'
        # Nothing of ours needs a temporary table; earlier releases allowed some.
        f'REVOKE TEMPORARY ON DATABASE "{database}" FROM {", ".join(PROCESS_ROLES)};\n'
        f"GRANT USAGE ON SCHEMA public TO {', '.join(roles)};\n"
    )


def urls(
    url: str, passwords: Passwords, database: str, *, tests: bool
) -> dict[str, str]:
    """DATABASE_URL and the URL of each role, as the settings read them.

    A role's URL that the environment already names wins.
    """
    roles = [OWNER, *PROCESS_ROLES, BACKUP, *([TESTER] if tests else [])]
    result = {"DATABASE_URL": url}
    for role in roles:
        name = f"DATABASE_URL_{role.removeprefix('vms_').upper()}"
        made = role_url(url, role, passwords.get(role), database)
        result[name] = os.environ.get(name, made)
    return result


def drop(url: str, database: str) -> None:
    psql(url, 'DROP DATABASE IF EXISTS :"name" WITH (FORCE);', name=database)


def demo_state(url: str, database: str) -> str:
    """What the set-up noted on the database: "", "demo loading" or "demo loaded"."""
    sql = """SELECT coalesce(shobj_description(oid, 'pg_database'), '')
             FROM pg_database WHERE datname = :'name'"""
    return psql(url, sql, name=database).strip()


def note_demo_state(url: str, database: str, state: str) -> None:
    psql(url, "COMMENT ON DATABASE :\"name\" IS :'state';", name=database, state=state)


def has_customers(staff_url: str) -> bool:
    """Asked as staff, who see every customer; the owner is blinded by forced RLS."""
    exists = psql(staff_url, "SELECT to_regclass('tenants_tenant') IS NOT NULL")
    if exists.strip() != "t":
        return False
    has_some = psql(staff_url, "SELECT EXISTS (SELECT FROM tenants_tenant)")
    return has_some.strip() == "t"


def database_identity(url: str, database: str) -> str:
    """Changes when the database is made anew, so that stamps of the old one lapse."""
    sql = "SELECT oid FROM pg_database WHERE datname = :'name'"
    identifier = psql(url, "SELECT system_identifier FROM pg_control_system()")
    return f"{identifier.strip()}/{psql(url, sql, name=database).strip()}"


def drop_old_test_databases(url: str, keep: int = 3) -> None:
    """Remove what interrupted runs and former states of the migrations left."""
    sql = """
    SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database
     WHERE datname LIKE 'vms\\_test\\_%'
        OR datname LIKE 'vms\\_template\\_%' AND oid NOT IN (
           SELECT oid FROM pg_database WHERE datname LIKE 'vms\\_template\\_%'
            ORDER BY oid DESC LIMIT :keep)
    \\gexec
    """
    psql(url, sql, keep=str(keep))
