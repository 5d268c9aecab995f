"""Whoever takes a process over gives no row a key that another's would come to."""

import pytest
from django.db import ProgrammingError, connection, transaction

from routing.models import Announcement
from tenants.audit.record import record
from tenants.models import AuditEvent

EVENTS = """
INSERT INTO tenants_auditevent (id, sequence, at, actor_name, action, target_type,
    target_id, target_label, detail, request_id, previous_hash, hash, tenant_id)
SELECT (SELECT max(id) FROM tenants_auditevent) + n, 1000000 + n, now(), 'x',
       'number.labelled', 'a', '1', 'x', '{}', '', '', '', %s
  FROM generate_series(1, 3) n
"""


GIVEN = "are given by the database"


def done(statement: str, *values: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_an_event_ahead_of_everybodys_is_refused(acting_as, acme, globex, admin):
    record(actor=admin, action="number.labelled", target=admin.user, tenant=acme)
    portal = acting_as("vms_app", tenant=acme.pk, user=admin.user_id)
    with portal, pytest.raises(ProgrammingError, match=GIVEN):
        done(EVENTS, acme.pk)
    with acting_as("vms_app", tenant=globex.pk):
        record(
            actor="agreement", action="contract.agreed", target=globex, tenant=globex
        )
    assert AuditEvent.objects.count() == 2


def test_a_history_ahead_of_everybodys_is_refused(acting_as, acme, site):
    ahead = (
        "INSERT INTO numbers_historicalsite SELECT (jsonb_populate_record(h, "
        "jsonb_build_object('history_id', h.history_id + 5))).* "
        "FROM numbers_historicalsite h ORDER BY history_id DESC LIMIT 1"
    )
    site.save()
    portal = acting_as("vms_app", tenant=acme.pk)
    with portal, pytest.raises(ProgrammingError, match=GIVEN):
        done(ahead)
    site.save()


@pytest.mark.parametrize("role", ["vms_app", "vms_worker"])
def test_no_row_is_moved_ahead(acting_as, acme, role):
    kept = Announcement.objects.create(tenant=acme, slug="closed", name="Closed")
    move = "UPDATE routing_announcement SET id = id + %s WHERE id = %s"
    with acting_as(role, tenant=acme.pk):
        with pytest.raises(ProgrammingError, match=GIVEN):
            done(move, 1, kept.pk)
        # The control: a change that keeps the key, and the next row.
        done(move, 0, kept.pk)
        Announcement.objects.create(tenant=acme, slug="open", name="Open")


def test_the_first_key_of_a_table_is_given_as_well(acting_as, acme):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE vms_owner")
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('routing_screeningrule', 'id'), "
            "1, false)"
        )
        cursor.execute("SET LOCAL ROLE vms_worker")
    insert = (
        "INSERT INTO routing_screeningrule (id, kind, prefix, tenant_id) "
        "VALUES (1, 'block', '+32475', %s)"
    )
    with (
        acting_as("vms_app", tenant=acme.pk),
        pytest.raises(ProgrammingError, match=GIVEN),
    ):
        done(insert, acme.pk)
