"""One database per test worker, cloned from a migrated template.

Test code arranges and looks with the worker's rights over all customers, and may
make people besides (``vms_arrange``); what a test drives (a client, a task) runs with
the rights of its own process. The login ``vms_test`` owns nothing: it may only take
the roles of the processes.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase

from tests.support import roles
from tests.support.roles import ARRANGER
from vms_portal.devstack.provisioning import RIGHTS_SQL, psql

ROOT = Path(__file__).resolve().parents[2]
ROLES = ["vms_owner", "vms_app", "vms_staff", "vms_worker", "vms_network"]
# Sees every row: what the portal would leak if row security were not.
BLIND_TRUST = "vms_blind_trust"
# What no process but the back office may make, and every test needs.
PEOPLE = [
    "tenants_user",
    "account_emailaddress",
    "mfa_authenticator",
    "usersessions_usersession",
    "django_session",
]
ARRANGED = [
    "tenants_tenant",
    "tenants_member",
    "tenants_invitation",
    "tenants_apitoken",
    "tenants_idempotencykey",
    "numbers_numberaccess",
    "numbers_destinationpolicy",
    "numbers_onboardingstep",
    "numbers_site",
    "numbers_line",
    "numbers_geographicnumber",
    "contracts_contract",
    "routing_queue",
    "routing_override",
    "routing_redirection",
    "routing_routingsettings",
    "routing_knowndestination",
    "billing_contractsummary",
    "billing_customermonth",
    "billing_contractoption",
    "billing_indexation",
    "billing_oneoff",
    "billing_order",
    "billing_promotion",
    "billing_subscriptionquote",
    "numbers_optionperiod",
    "routing_announcement",
    "routing_calendar",
    "routing_planversion",
    "routing_screeningrule",
    "routing_sharedversion",
    "tenants_notice",
    "tenants_staffsession",
    "traffic_contractday",
    "traffic_contractmonth",
    "traffic_ingestbatch",
    "traffic_quarantinedrecord",
    "traffic_period",
    "tenants_user_groups",
    "tenants_user_user_permissions",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
]
# What a new member or invitation calls in its trigger.
TURNS = ["tenants_in_turns(bigint)", "tenants_invite_in_turns(bigint)"]


def _provisioning(name: str | None = None) -> str:
    url = os.environ["DATABASE_URL"]
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}")) if name else url


def _execute(statement: str, *, name: str | None = None) -> None:
    link = psycopg2.connect(_provisioning(name))
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            cursor.execute(statement)
    finally:
        link.close()


def with_name(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _template_name() -> str:
    files = sorted(ROOT.glob("*/migrations/*.py"))
    files += [
        ROOT / "requirements.lock",
        *sorted(ROOT.glob("vms_portal/kernel/**/*.py")),
    ]
    files += [Path(__file__), ROOT / "vms_portal/devstack/provisioning.py"]
    content = b"".join(file.read_bytes() for file in files)
    return f"vms_template_{hashlib.sha256(content).hexdigest()[:12]}"


def _make_template() -> str:
    """Migrate once per state of the migrations; workers wait for the first."""
    name = _template_name()
    _make_role(ARRANGER)
    _make_role(BLIND_TRUST)
    _execute(
        # Roles are of the whole server: of two workers at once one would fail.
        "SELECT pg_advisory_lock(7261);"
        f"GRANT vms_worker TO {ARRANGER}; GRANT vms_staff, {ARRANGER} TO {BLIND_TRUST}"
    )
    link = psycopg2.connect(_provisioning())
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7260)")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            raw = f"{name}_raw"
            cursor.execute(f'DROP DATABASE IF EXISTS "{raw}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{raw}" OWNER vms_owner')
            # What production takes from everybody, tests go without as well.
            psql(_provisioning(), RIGHTS_SQL, within=raw, database=raw)
            _migrate(raw)
            _let_tests_arrange(raw)
            cursor.execute(f'ALTER DATABASE "{raw}" RENAME TO "{name}"')
    link.close()
    return name


def _migrate(name: str) -> None:
    environment = {
        **os.environ,
        "VMS_PROCESS": "owner",
        "DATABASE_URL_OWNER": with_name(os.environ["DATABASE_URL_OWNER"], name),
    }
    command = [sys.executable, "manage.py", "migrate", "-v", "0"]
    subprocess.run(command, check=True, env=environment, cwd=ROOT)


def _let_tests_arrange(name: str) -> None:
    statements = [f"GRANT ALL ON {', '.join([*PEOPLE, *ARRANGED])} TO {ARRANGER}"]
    statements += [f"GRANT EXECUTE ON FUNCTION {', '.join(TURNS)} TO {ARRANGER}"]
    statements += [
        f"CREATE POLICY arrange ON {table} TO {ARRANGER} USING (true)"
        for table in PEOPLE
    ]
    _execute("; ".join(["SET ROLE vms_owner", *statements]), name=name)


def _test_login() -> tuple[str, str]:
    """A login that may take every process's role; same password in every worker."""
    digest = hashlib.sha256(f"{os.environ['DATABASE_URL']} vms_test".encode())
    password = digest.hexdigest()
    _make_role("vms_test", "LOGIN NOINHERIT")
    _execute(
        "SELECT pg_advisory_lock(7261);"
        f"ALTER ROLE vms_test NOINHERIT PASSWORD '{password}';"
        f"GRANT {', '.join([*ROLES, ARRANGER, BLIND_TRUST])} TO vms_test;"
    )
    return "vms_test", password


def _make_role(name: str, options: str = "") -> None:
    _execute(
        "SELECT pg_advisory_lock(7261);"
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') "
        f"THEN CREATE ROLE {name} {options}; END IF; END $$;"
    )


@pytest.fixture(scope="session")
def test_database_name(worker_id: str) -> Iterator[str]:
    """The name of this worker's own database."""
    name = f"vms_test_{worker_id}_{os.getpid()}"
    _execute(f'CREATE DATABASE "{name}" TEMPLATE "{_make_template()}" OWNER vms_owner')
    yield name
    _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _arrange(connection, **kwargs) -> None:
    """A new connection starts with the rights of whoever acts at that moment."""
    roles.take(connection, *roles.ACTING.get())


@pytest.fixture(scope="session")
def django_db_setup(test_database_name: str, django_db_blocker) -> Iterator[None]:
    user, password = _test_login()
    parts = urlsplit(os.environ["DATABASE_URL"])
    default = connections["default"]
    default.settings_dict.update(
        ENGINE="django.db.backends.postgresql",
        NAME=test_database_name,
        USER=user,
        PASSWORD=password,
        HOST=parts.hostname,
        PORT=str(parts.port or 5432),
        CONN_MAX_AGE=0,
    )
    connection_created.connect(_arrange)
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty_tables)
        yield
        default.close()
    connection_created.disconnect(_arrange)


def worker_environment() -> dict[str, str]:
    """The environment of a real worker process on this test's database."""
    url = with_name(os.environ["DATABASE_URL_WORKER"], connection.settings_dict["NAME"])
    return {**os.environ, "VMS_PROCESS": "worker", "DATABASE_URL_WORKER": url}


def _empty_tables(self: TransactionTestCase) -> None:
    """Empty the tables; a live process may still read one, then try again."""
    for attempt in range(5):
        try:
            _truncate()
        except OperationalError:
            if attempt == 4:
                raise
            connection.close()
            time.sleep(0.5)
        else:
            return


def _truncate() -> None:
    """End of a test that committed: empty every table except what migrations made."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE vms_owner")
        cursor.execute(
            "SELECT string_agg(quote_ident(relname), ',') FROM pg_class "
            "WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace = 'public'::regnamespace AND relname NOT IN "
            "('django_migrations', 'django_content_type', 'auth_permission')"
        )
        (tables,) = cursor.fetchone()
        cursor.execute(
            "SELECT format('ALTER TABLE %I %%s TRIGGER %I', c.relname, t.tgname) "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgtype & 32 > 0 AND t.tgparentid = 0"
        )
        guards = [row[0] for row in cursor.fetchall()]
        for guard in guards:
            cursor.execute(guard % "DISABLE")
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
        for guard in guards:
            cursor.execute(guard % "ENABLE")
    connection.close()


@pytest.fixture(scope="session")
def acting_as():
    """``with acting_as("vms_app", tenant=acme.pk):`` takes a process's rights."""
    return roles.acting_as
