"""What the database's own catalogue says of row security, table by table.

A new table of customers' rows that forgets its policy fails here, not in
production. Each check is first shown to find a planted mistake.
"""

import pytest
from django.db import connection

from vms_portal.kernel.data.rls import GivenKeys

TABLES_OF_CUSTOMERS = """
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   AND NOT c.relispartition AND (c.relname = 'tenants_tenant' OR EXISTS (
       SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
          AND a.attname = 'tenant_id' AND NOT a.attisdropped))
"""
UNFORCED = f"""
SELECT relname FROM pg_class WHERE relname IN ({TABLES_OF_CUSTOMERS})
   AND relnamespace = 'public'::regnamespace
   AND NOT (relrowsecurity AND relforcerowsecurity)
"""
LIMITED_BY_TENANT = f"""
SELECT relname FROM pg_class c WHERE relname IN ({TABLES_OF_CUSTOMERS})
   AND relnamespace = 'public'::regnamespace AND relrowsecurity
   AND (SELECT count(*) FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)
         WHERE p.polrelid = c.oid AND p.polcmd = '*'
           AND r.rolname IN ('vms_app', 'vms_worker')
           AND pg_get_expr(p.polqual, c.oid) LIKE '%app.tenant%'
           AND pg_get_expr(p.polwithcheck, c.oid) LIKE '%app.tenant%') < 2
"""
WIDE_OPEN = """
SELECT p.polrelid::regclass || '.' || p.polname FROM pg_policy p
 WHERE p.polroles && ARRAY['vms_app'::regrole::oid, 'vms_worker'::regrole::oid, 0]
   AND (pg_get_expr(p.polqual, p.polrelid) = 'true'
        OR pg_get_expr(p.polwithcheck, p.polrelid) = 'true')
"""
PARTITIONS_WITH_MORE_RIGHTS = """
SELECT c.relname || ' ' || r.rolname || ' ' || acl.privilege_type
  FROM pg_class c CROSS JOIN aclexplode(c.relacl) acl
  LEFT JOIN pg_roles r ON r.oid = acl.grantee
 WHERE c.relispartition AND c.relkind = 'r' AND acl.grantee <> c.relowner
   AND NOT (r.rolname IN ('vms_worker', 'vms_network')
            AND acl.privilege_type = 'INSERT')
"""
PARTITIONS_WITH_POLICIES = """
SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
 WHERE c.relispartition
"""
LOOSE_FOREIGN_KEYS = """
SELECT k.conname FROM pg_constraint k
  JOIN pg_attribute own ON own.attrelid = k.conrelid AND own.attname = 'tenant_id'
  JOIN pg_attribute far ON far.attrelid = k.confrelid AND far.attname = 'tenant_id'
 WHERE k.contype = 'f' AND k.conparentid = 0
   AND NOT EXISTS (SELECT FROM unnest(k.conkey, k.confkey) AS pair (a, b)
                    WHERE pair.a = own.attnum AND pair.b = far.attnum)
"""
MIGHTY_ROLES = """
SELECT rolname FROM pg_roles WHERE rolname IN
 ('vms_owner', 'vms_app', 'vms_staff', 'vms_worker', 'vms_network')
   AND (rolsuper OR rolbypassrls)
"""
CARELESS_FUNCTIONS = """
SELECT p.proname FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
   AND (p.proowner <> 'vms_owner'::regrole
        OR NOT coalesce(array_to_string(p.proconfig, ',') LIKE '%search_path=%', false)
        OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl,
                       acldefault('f', p.proowner))) a WHERE a.grantee = 0))
"""
# Temporary tables come first in every path that does not name them, and would be
# taken for ours: by a trigger as well, which looks things up as whoever writes.
DECEIVED_FUNCTIONS = """
SELECT p.proname FROM pg_proc p
 WHERE p.pronamespace = 'public'::regnamespace
   AND coalesce(array_to_string(p.proconfig, ';'), '') NOT LIKE
       '%search_path=pg_catalog, public, pg_temp%'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
# Of calls, the months have no key that others come to.
KEYS_THAT_PROCESSES_GIVE = r"""
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
   AND NOT c.relispartition AND a.attidentity <> ''
   AND EXISTS (SELECT FROM unnest(ARRAY['vms_app', 'vms_staff', 'vms_worker',
                                        'vms_network']) AS role
                WHERE has_column_privilege(role, c.oid, a.attname, 'INSERT')
                   OR has_column_privilege(role, c.oid, a.attname, 'UPDATE'))
   AND (SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
         WHERE t.tgrelid = c.oid AND p.proname = 'key_is_given'
           AND t.tgenabled = 'O'
           -- Before each row: of an insert, or of another key. The sequence is its own.
           AND (t.tgtype = 7 AND t.tgqual IS NULL AND encode(t.tgargs, 'escape') =
                  concat(a.attname, '\000', pg_get_serial_sequence(
                      format('public.%I', c.relname), a.attname), '\000')
                OR t.tgtype = 19 AND t.tgattr = a.attnum::text::int2vector)) < 2
"""
FOR_EVERYBODY = """
SELECT c.relname FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
 WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0
"""


@pytest.fixture
def found(db):
    def ask(sql: str) -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("%", "%%"), [])
            return {row[0] for row in cursor.fetchall()}

    return ask


@pytest.fixture
def partition(found) -> str:
    """One month of call records, made the way the product makes it."""
    (name,) = found("SELECT traffic_make_partition(date '2026-10-01')")
    assert name in found("SELECT relname FROM pg_class WHERE relispartition")
    return name


@pytest.fixture
def planted(db):
    """Run a mistake as the tables' owner; the test's rollback takes it back."""

    def run(*statements: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE vms_owner")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("SET LOCAL ROLE vms_worker")

    return run


def test_every_table_of_customers_forces_row_security(found):
    assert len(found(TABLES_OF_CUSTOMERS)) > 30
    assert found(UNFORCED) == set()


def test_portal_and_worker_are_limited_to_a_customer_everywhere(found):
    assert found(LIMITED_BY_TENANT) == set()
    assert found(WIDE_OPEN) == set()


def test_partitions_have_no_policy_and_few_rights(found, partition):
    assert found(PARTITIONS_WITH_MORE_RIGHTS) == set()
    assert found(PARTITIONS_WITH_POLICIES) == set()


def test_foreign_keys_between_customers_rows_carry_the_customer(found):
    assert found(LOOSE_FOREIGN_KEYS) == set()


def test_no_role_of_a_process_sees_everything(found):
    assert found(MIGHTY_ROLES) == set()


def test_functions_with_the_owners_rights_are_pinned_and_not_for_everybody(found):
    assert found("SELECT proname FROM pg_proc WHERE prosecdef")
    assert found(CARELESS_FUNCTIONS) == set()
    assert found(DECEIVED_FUNCTIONS) == set()


def test_no_process_gives_rows_their_keys(found, planted):
    assert found(KEYS_THAT_PROCESSES_GIVE) == set()
    planted(
        "CREATE TABLE careless (history bigint GENERATED BY DEFAULT AS IDENTITY)",
        "GRANT INSERT ON careless TO vms_app",
    )
    assert found(KEYS_THAT_PROCESSES_GIVE) == {"careless"}


def test_the_operation_for_new_tables_leaves_keys_to_the_database(found, planted):
    made = "(history bigint GENERATED BY DEFAULT AS IDENTITY)"
    careful = GivenKeys("careful", "history")
    planted(f"CREATE TABLE careful {made}", "GRANT INSERT ON careful TO vms_app")
    done, undone = (
        list(map(str, sql or ())) for sql in (careful.sql, careful.reverse_sql)
    )
    planted(*done)
    assert found(KEYS_THAT_PROCESSES_GIVE) == set()
    # The control: keys of another table's sequence.
    planted(
        *undone,
        f"CREATE TABLE another {made}",
        *(sql.replace("public.careful", "public.another") for sql in done),
    )
    assert found(KEYS_THAT_PROCESSES_GIVE) == {"careful"}


def test_nothing_is_granted_to_everybody_or_in_advance(found):
    assert found(FOR_EVERYBODY) == set()
    assert found("SELECT oid::text FROM pg_default_acl") == set()


def test_a_table_that_forgot_its_policy_is_found(found, planted):
    planted("CREATE TABLE forgotten (id bigint, tenant_id bigint NOT NULL)")
    assert "forgotten" in found(UNFORCED)
    planted("ALTER TABLE forgotten ENABLE ROW LEVEL SECURITY")
    assert "forgotten" in found(UNFORCED)
    assert "forgotten" in found(LIMITED_BY_TENANT)


def test_a_policy_for_all_customers_is_found(found, planted):
    planted("CREATE POLICY oops ON numbers_site TO vms_app USING (true)")
    assert found(WIDE_OPEN) == {"numbers_site.oops"}


def test_rights_on_a_partition_are_found(found, planted, partition):
    planted(
        f"GRANT SELECT ON {partition} TO vms_app",
        f"GRANT ALL ON {partition} TO vms_worker",
    )
    wrong = {f"{partition} vms_app SELECT", f"{partition} vms_worker DELETE"}
    wrong.add(f"{partition} vms_worker SELECT")
    assert wrong <= found(PARTITIONS_WITH_MORE_RIGHTS)


def test_a_foreign_key_without_the_customer_is_found(found, planted):
    planted(
        "ALTER TABLE numbers_line ADD CONSTRAINT loose "
        "FOREIGN KEY (site_id) REFERENCES numbers_site (id)"
    )
    assert found(LOOSE_FOREIGN_KEYS) == {"loose"}


def test_a_careless_function_is_found(found, planted):
    planted(
        "CREATE FUNCTION mighty() RETURNS int LANGUAGE sql SECURITY DEFINER "
        "AS 'SELECT 1'"
    )
    assert found(CARELESS_FUNCTIONS) == {"mighty"}


def test_a_function_that_temporary_tables_deceive_is_found(found, planted):
    planted(
        "CREATE FUNCTION naive() RETURNS int LANGUAGE sql "
        "SET search_path = pg_catalog, public AS 'SELECT 1'"
    )
    assert found(DECEIVED_FUNCTIONS) == {"naive"}
