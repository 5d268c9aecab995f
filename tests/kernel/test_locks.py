"""Keys of locks stand in one table, each for one purpose."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections, transaction

from vms_portal.kernel.data.locks import Lock

APPS = (
    *("billing", "contracts", "demo", "numbers", "routing", "tenants", "traffic"),
    "vms_portal/kernel",
)
CALL = re.compile(r"pg_(?:try_)?advisory_\w+\(\s*(\d+)")


def files() -> list[Path]:
    return [file for app in APPS for file in (settings.BASE_DIR / app).rglob("*.py")]


def test_every_key_in_the_sql_of_migrations_is_in_the_table():
    keys = {int(key) for file in files() for key in CALL.findall(file.read_text())}
    assert {Lock.PARTITIONS, Lock.PERSON} <= keys <= set(Lock)


def test_code_takes_locks_by_their_names():
    taking = {
        file.name
        for file in files()
        if "migrations" not in file.parts and "advisory" in file.read_text()
    }
    assert taking == {"locks.py"}
    assert CALL.findall("SELECT pg_advisory_xact_lock(7299, %s)") == ["7299"]


@pytest.fixture
def elsewhere(db):
    """A second session."""
    other = connections.create_connection("default")
    yield other
    other.close()


@pytest.mark.parametrize("of", [7, "acme"])
def test_a_lock_is_held_until_the_transaction_ends(elsewhere, of):
    def is_free() -> bool:
        key = "hashtext(%s)" if isinstance(of, str) else "%s"
        with elsewhere.cursor() as cursor:
            cursor.execute(
                f"SELECT pg_try_advisory_xact_lock(%s, {key})", [Lock.SOURCE.value, of]
            )
            return bool(cursor.fetchone()[0])

    with transaction.atomic():
        assert is_free()
        Lock.SOURCE.take(of)
        assert not is_free()
        transaction.set_rollback(True)
    assert is_free()


def test_who_comes_second_is_not_first(elsewhere):
    with transaction.atomic():
        assert Lock.LEFT_OUT.take_if_free(3)
        with elsewhere.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 3)", [7271])
            assert cursor.fetchone() == (False,)
        assert Lock.LEFT_OUT.take_if_free(3)
