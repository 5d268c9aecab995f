"""verify_audit finds whatever was done to the trail behind the portal's back.

Each tampering is done as the owner of the tables with the triggers switched off:
nobody less can.
"""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import transaction

from tenants import tasks
from tenants.audit.record import Act, digest, record_each
from tenants.models import AuditEvent
from tests.support.audit_trail import as_owner, complaints, record, trail
from tests.support.crossing import Lock, crossed

__all__ = ["trail"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_an_untouched_trail_is_intact(trail, capsys):
    assert complaints(capsys) == []
    call_command("verify_audit")
    assert "8 events in 3 chains are intact." in capsys.readouterr().out


def test_events_recorded_together_continue_their_chains(
    trail, staff, acme, globex, capsys
):
    acts = [Act(staff, {}, tenant) for tenant in (globex, None, acme, acme)]
    with transaction.atomic():
        events = record_each(acts, actor=staff, action="invoice.issued")
    record(staff, tenant=acme)

    assert [event.sequence for event in events] == [3, 2, 6, 7]
    assert complaints(capsys) == []


def test_the_operators_chain_is_locked_last(staff, globex):
    """Who writes to customers' chains holds theirs, and then wants the operator's."""
    acts = [Act(staff, {}, tenant) for tenant in (None, globex)]
    with transaction.atomic():
        record_each(acts, actor=staff, action="invoice.issued")
    head = "SELECT FROM tenants_audithead WHERE tenant_id"
    theirs = Lock(f"{head} = %s FOR UPDATE", [globex.pk])
    operators = Lock(f"{head} IS NULL FOR UPDATE")
    with crossed(theirs, operators, role="vms_staff") as ended, transaction.atomic():
        record_each(acts, actor=staff, action="invoice.issued")
    assert ended == []


def test_a_finding_writes_nothing_but_text(trail, acme, capsys):
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE tenants_auditevent SET target_label = %s "
            "WHERE tenant_id = %s AND sequence = 3",
            ["odd\x1b[2J\n8 events in 3 chains are intact.\u202e", acme.pk],
        )
    (complaint,) = complaints(capsys)
    assert "odd‹U+001B›[2J‹U+000A›8 events" in complaint
    assert "‹U+202E›" in complaint


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_name", "somebody else"),
        ("action", "token.revoked"),
        ("detail", '{"turn": 9}'),
        ("target_id", "77"),
        ("at", "2020-01-01T00:00Z"),
        ("request_id", "forged"),
    ],
)
def test_a_changed_event_is_named(trail, acme, capsys, column, value):
    with as_owner() as cursor:
        cursor.execute(
            f"UPDATE tenants_auditevent SET {column} = %s "
            "WHERE tenant_id = %s AND sequence = 3",
            [value, acme.pk],
        )
    (complaint,) = complaints(capsys)
    assert complaint.startswith("ACME: event 3 was changed")


def test_a_changed_event_with_a_new_hash_breaks_the_chain(trail, acme, capsys):
    event = AuditEvent.objects.get(tenant=acme, sequence=3)
    event.actor_name = "somebody else"
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE tenants_auditevent SET actor_name = %s, hash = %s WHERE id = %s",
            [event.actor_name, digest(event), event.pk],
        )
    (complaint,) = complaints(capsys)
    assert complaint.startswith("ACME: event 4 does not follow the one before it")


def test_a_removed_event_is_named(trail, acme, capsys):
    with as_owner() as cursor:
        cursor.execute(
            "DELETE FROM tenants_auditevent "
            "WHERE tenant_id = %s AND sequence IN (2, 3)",
            [acme.pk],
        )
    assert complaints(capsys) == ["ACME: events 2 to 3 are missing"]


def test_two_exchanged_events_are_named(trail, acme, capsys):
    with as_owner() as cursor:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            cursor.execute(
                "UPDATE tenants_auditevent SET sequence = %s "
                "WHERE tenant_id = %s AND sequence = %s",
                [new, acme.pk, old],
            )
    found = complaints(capsys)
    assert found[0].startswith("ACME: event 2 was changed")
    assert found[1].startswith("ACME: event 3 was changed")


def test_an_event_moved_to_another_customer_is_named(trail, acme, globex, capsys):
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE tenants_auditevent SET tenant_id = %s, sequence = 3 "
            "WHERE tenant_id = %s AND sequence = 5",
            [globex.pk, acme.pk],
        )
    found = complaints(capsys)
    assert any(c.startswith("ACME: event 5 is missing") for c in found)
    assert any(c.startswith("GLOBEX: event 3 was changed") for c in found)


def test_keys_of_repeated_writes_are_forgotten_after_two_days(acme):
    from tenants.models import IdempotencyKey

    old, young = (
        IdempotencyKey.objects.create(tenant=acme, key=key, fingerprint="x")
        for key in ("old", "young")
    )
    IdempotencyKey.objects.filter(pk=old.pk).update(
        created_at=old.created_at - dt.timedelta(days=3)
    )
    assert tasks.forget_idempotency_keys() == 1
    assert IdempotencyKey.objects.get() == young
