"""Whoever takes a process over gives no row a key that another's would come to."""

import threading
import time

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from routing.models import Announcement, CompiledPlan
from tenants.audit.record import record
from tenants.models import AuditEvent
from tests.support.races import somebody_waits

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
def test_no_row_is_moved_ahead(acting_as, acme, contract, site, make_number, role):
    now = timezone.now()

    def compiled(number):
        return CompiledPlan.objects.create(
            tenant=acme, number=number, body={}, compiled_at=now, horizon=now
        )

    first, second = (
        make_number(contract, site, e164) for e164 in ("+3225501255", "+3225501256")
    )
    kept = compiled(first)
    move = "UPDATE routing_compiledplan SET id = id + %s WHERE id = %s"
    with acting_as(role, tenant=acme.pk):
        with pytest.raises(ProgrammingError, match=GIVEN):
            done(move, 1, kept.pk)
        # The control: a change that keeps the key, and the next row.
        done(move, 0, kept.pk)
        compiled(second)


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


LIBRARY = "routing_announcement (id, tenant_id, slug, name, language, text)"
OWN = "INSERT INTO routing_announcement (tenant_id, slug, name, language, text) "
THREE = f"{OWN} SELECT %(t)s, chr(96 + n), 'x', 'nl', '' FROM generate_series(1, 3) n"


@pytest.mark.django_db(transaction=True)
def test_a_long_statement_ahead_makes_nobody_wait(acting_as, acme, globex):
    kept = Announcement.objects.create(tenant=acme, slug="closed", name="Closed")
    refused: list[bool] = []

    def ahead():
        """Write the next key, then wait for a row that is held below."""
        held = (
            f"(SELECT name FROM routing_announcement WHERE id = {kept.pk} FOR UPDATE)"
        )
        rows = f"CASE n WHEN 2 THEN {held} ELSE 'x' END, 'nl', ''"
        try:
            with acting_as("vms_app", tenant=acme.pk):
                done(
                    f"INSERT INTO {LIBRARY} SELECT %s + n, %s, 'x' || n, {rows} "
                    "FROM generate_series(1, 2) n",
                    kept.pk,
                    acme.pk,
                )
        except ProgrammingError as error:
            refused.append(GIVEN in str(error))
        finally:
            connection.close()

    attacker = threading.Thread(target=ahead)
    with transaction.atomic():
        Announcement.objects.select_for_update().get(pk=kept.pk)
        attacker.start()
        while attacker.is_alive() and not somebody_waits():
            time.sleep(0.01)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
        Announcement.objects.create(tenant=globex, slug="open", name="Open")
    attacker.join()
    assert refused == [True]


@pytest.mark.django_db(transaction=True)
def test_the_first_statement_of_a_session_gives_no_key(acting_as, acme):
    connection.close()
    insert = f"INSERT INTO {LIBRARY} VALUES (1, %s, 'x', 'x', 'nl', '')"
    portal = acting_as("vms_app", tenant=acme.pk)
    with portal, pytest.raises(ProgrammingError, match=GIVEN):
        done(insert, acme.pk)


@pytest.mark.parametrize(
    "statement",
    [
        f"{OWN} VALUES (%(t)s, 'a', 'x', 'nl', ''), (%(t)s, 'b', 'x', 'nl', ''), "
        "(%(t)s, 'c', 'x', 'nl', '')",
        f"{THREE} ORDER BY n DESC",
        f"{THREE} ON CONFLICT (tenant_id, slug, language) DO NOTHING",
        f"{THREE} RETURNING id",
        f"WITH own AS ({THREE} RETURNING id) SELECT max(id) FROM own",
    ],
    ids=["values", "ordered", "conflict", "returning", "with"],
)
def test_rows_that_leave_their_keys_to_the_database_are_written(
    acting_as, acme, statement
):
    with acting_as("vms_app", tenant=acme.pk):
        with connection.cursor() as cursor:
            cursor.execute(statement, {"t": acme.pk})
        assert Announcement.objects.count() == 3


def test_rows_made_and_changed_by_one_statement_are_written(acting_as, acme):
    def each(name, slugs):
        rows = [
            Announcement(tenant=acme, slug=slug, name=name, language="nl")
            for slug in slugs
        ]
        Announcement.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tenant", "slug", "language"],
            update_fields=["name"],
        )

    with acting_as("vms_app", tenant=acme.pk):
        each("x", "abc")
        each("y", "ad")
        names = Announcement.objects.order_by("slug").values_list("name", flat=True)
        assert list(names) == ["y", "x", "x", "y"]
