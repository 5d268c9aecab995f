"""docs/threat-model.md says what each role may; the database says the same.

Both ways: a right that is not in the table fails, and a line of the table that the
database does not have.
"""

import datetime as dt
from pathlib import Path

import pytest
from django.db import connection

from tests.support.rights import as_table, in_database, in_document
from traffic.models import Period

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "threat-model.md"


@pytest.fixture
def documented():
    return in_document(DOCUMENT.read_text())


@pytest.fixture
def granted(db):
    """``granted(*mistakes)``: the database's rights, after the owner's statements."""

    def ask(*statements: str):
        with connection.cursor() as cursor:
            cursor.execute("SELECT traffic_make_partition(date '2026-10-01')")
            cursor.execute("SET LOCAL ROLE vms_owner")
            for statement in statements:
                cursor.execute(statement)
            return in_database(cursor)

    return ask


def test_the_database_grants_what_is_documented_and_nothing_else(documented, granted):
    found = granted()
    differences = sorted(set(found.items()) ^ set(documented.items()))
    assert differences == [], "The database has:\n" + as_table(found)


@pytest.mark.parametrize(
    ("mistake", "key", "cell"),
    [
        (
            "GRANT DELETE ON tenants_user TO vms_app",
            ("tenants_user", "portal"),
            "S I U(language, last_login, name, password, session_generation) D",
        ),
        (
            "GRANT UPDATE (is_staff) ON tenants_user TO vms_app",
            ("tenants_user", "portal"),
            "S I U(is_staff, language, last_login, name, password, session_generation)",
        ),
        ("GRANT SELECT ON numbers_site TO PUBLIC", ("numbers_site", "PUBLIC"), "S"),
        (
            "CREATE VIEW everybody AS SELECT * FROM tenants_user; "
            "GRANT SELECT ON everybody TO vms_app",
            ("everybody", "portal"),
            "S",
        ),
        (
            "CREATE FUNCTION mighty() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            ("mighty()", "PUBLIC"),
            "call",
        ),
        (
            "GRANT USAGE ON SEQUENCE traffic_callrecord_id_seq TO vms_app",
            ("traffic_callrecord_id_seq", "portal"),
            "use",
        ),
        ("CREATE TABLE forgotten (id bigint)", ("forgotten", "rows"), "all"),
        (
            "ALTER TABLE tenants_user NO FORCE ROW LEVEL SECURITY",
            ("tenants_user", "rows"),
            "all",
        ),
        (
            "GRANT SELECT ON traffic_callrecord_2026_10 TO vms_worker",
            ("traffic_callrecord_YYYY_MM", "worker"),
            "S I",
        ),
    ],
)
def test_a_right_that_is_not_documented_is_found(
    documented, granted, mistake, key, cell
):
    found = granted(mistake)
    assert found[key] == cell
    assert documented.get(key) != cell


def test_a_line_that_the_database_does_not_have_is_found(documented, granted):
    found = granted("REVOKE SELECT ON numbers_line FROM vms_app")
    missing = set(documented.items()) - set(found.items())
    assert missing == {(("numbers_line", "portal"), "S")}


def test_a_detached_month_is_read_by_nobody(granted, acting_as):
    """Row security ends with the partition; so do the rights."""
    name = "traffic_callrecord_2024_10"
    with connection.cursor() as cursor:
        cursor.execute("SELECT traffic_make_partition(date '2024-10-01')")
    Period.objects.create(month=dt.date(2024, 10, 1), state=Period.State.CLOSED)
    attached = granted()
    assert attached["traffic_callrecord_YYYY_MM", "worker"] == "I"
    with acting_as("vms_worker"), connection.cursor() as cursor:
        cursor.execute("SELECT traffic_detach_partition(date '2024-10-01')")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolname FROM pg_class c CROSS JOIN aclexplode(c.relacl) a "
            "JOIN pg_roles r ON r.oid = a.grantee "
            "WHERE c.relname = %s AND a.grantee <> c.relowner",
            [name],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class "
            "WHERE relname = %s",
            [name],
        )
        assert cursor.fetchone() == (True,)
