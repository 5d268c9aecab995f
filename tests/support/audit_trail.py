"""A trail, what its owner may do to it, and what is found of that."""

from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tenants.audit import record as audit

TABLES = ("tenants_auditevent", "tenants_audithead")


@contextmanager
def as_owner():
    """The rights of the tables' owner, without triggers and row security."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE vms_owner")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE tenants_auditevent DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tenants_auditevent ENABLE TRIGGER USER")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


@pytest.fixture
def trail(viewer, stranger, staff, acme, globex):
    """Five events of Acme, two of Globex and one of the operator."""
    for turn in range(5):
        record(viewer, detail={"turn": turn})
    for _ in range(2):
        record(stranger)
    with transaction.atomic():
        audit.record(actor=staff, action="staff.changed", target=staff)


def record(member, **fields):
    with transaction.atomic():
        return audit.record(
            actor=member, action="token.created", target=member, **fields
        )


def complaints(capsys, **options) -> list[str]:
    """Run the command; it exits with 1 when it complains."""
    try:
        call_command("verify_audit", **options)
    except CommandError:
        return capsys.readouterr().err.splitlines()
    out = capsys.readouterr()
    assert "intact" in out.out
    assert not out.err
    return []
