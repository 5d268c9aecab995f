"""The end of each trail is kept every hour, in the log too, and tells what was cut."""

import datetime as dt
import json
import logging

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tenants import tasks
from tenants.audit import anchors
from tenants.audit.record import digest
from tenants.models import AuditAnchor, AuditEvent
from tests.support.audit_trail import as_owner, complaints, record, trail
from vms_portal.kernel.running import logs

__all__ = ["trail"]
pytestmark = pytest.mark.django_db(transaction=True)


def cut_tail(acme, *, and_head: bool) -> None:
    last = AuditEvent.objects.get(tenant=acme, sequence=3)
    with as_owner() as cursor:
        cursor.execute(
            "DELETE FROM tenants_auditevent WHERE tenant_id = %s AND sequence > 3",
            [acme.pk],
        )
        if and_head:
            cursor.execute(
                "UPDATE tenants_audithead SET sequence = 3, hash = %s "
                "WHERE tenant_id = %s",
                [last.hash, acme.pk],
            )


def test_a_cut_off_end_is_named(trail, acme, capsys):
    cut_tail(acme, and_head=False)
    assert complaints(capsys) == ["ACME: events 4 to 5 are missing"]


def test_a_cut_off_end_and_head_are_found_by_the_days_anchor(trail, acme, capsys):
    tasks.anchor_audit()
    cut_tail(acme, and_head=True)
    (complaint,) = complaints(capsys)
    assert complaint.startswith("ACME: event 5 is missing: the anchor of")


def test_without_an_anchor_it_would_not_be_found(trail, acme, capsys):
    """The control: this is what the anchors are for."""
    cut_tail(acme, and_head=True)
    assert complaints(capsys) == []


@pytest.fixture
def worker_log(tmp_path, caplog):
    """Write what the worker logged as its handler would, behind a container's name."""

    def write() -> str:
        style = logs.logging_settings()["formatters"]["json"]
        formatter = style["()"](
            foreign_pre_chain=style["foreign_pre_chain"],
            processors=style["processors"],
        )
        lines = [f"worker-1  | {formatter.format(r)}" for r in caplog.records]
        path = tmp_path / "worker.log"
        path.write_text("worker-1  | not an object\n" + "\n".join(lines) + "\n")
        return str(path)

    caplog.set_level(logging.INFO, logger="vms.audit")
    return write


def forget_anchors() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE vms_owner")
        cursor.execute("ALTER TABLE tenants_auditanchor NO FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE tenants_auditanchor DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM tenants_auditanchor")
        cursor.execute("ALTER TABLE tenants_auditanchor ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE tenants_auditanchor FORCE ROW LEVEL SECURITY")


def test_who_cut_the_anchors_too_is_found_by_the_log(trail, acme, capsys, worker_log):
    tasks.anchor_audit()
    log = worker_log()
    assert complaints(capsys, log=log) == []
    cut_tail(acme, and_head=True)
    forget_anchors()
    assert complaints(capsys) == []
    (complaint,) = complaints(capsys, log=log)
    assert complaint.startswith("ACME: event 5 is missing: the log of")


def test_the_log_sees_every_chain_each_hour_even_an_unchanged_one(
    trail, acme, globex, worker_log
):
    assert [tasks.anchor_audit(), tasks.anchor_audit()] == [3, 0]
    with open(worker_log()) as file:
        seen = anchors.read_log(file)
    assert {key: [a.sequence for a in found] for key, found in seen.items()} == {
        acme.pk: [5, 5],
        globex.pk: [2, 2],
        None: [1, 1],
    }


def test_a_customer_whom_only_the_log_knows_is_named(trail, capsys, tmp_path):
    line = {
        "message": "audit anchor",
        "customer": 10**9,
        "sequence": 3,
        "hash": "0" * 64,
        "timestamp": "2026-11-01T10:17:00Z",
    }
    log = tmp_path / "log"
    log.write_text(json.dumps(line))
    (complaint,) = complaints(capsys, log=str(log))
    assert complaint.startswith("customer 1000000000 is missing: the log of 2026-11-01")


@pytest.mark.parametrize("content", ["", "nothing\n", '{"message": "audit anchor", '])
def test_a_log_that_proves_nothing_is_refused(trail, tmp_path, content):
    (tmp_path / "log").write_text(content)
    for name in ("log", "another"):
        with pytest.raises(CommandError, match=r"no anchor|cannot be read|is no file"):
            call_command("verify_audit", log=str(tmp_path / name))


@pytest.mark.parametrize("name", ["/dev/full", "/dev/zero", "/nowhere", "a\u202e"])
def test_what_is_no_file_is_no_log(trail, name):
    """Of one without end, 21 GB were held in memory."""
    with pytest.raises(CommandError, match="is no file; - reads the input"):
        call_command("verify_audit", log=name)


def test_a_line_without_end_is_not_held_in_memory(trail, tmp_path):
    log = tmp_path / "log"
    with log.open("wb") as file:
        file.write(b"{}\n")
        file.truncate(8 * 1024**3)
    with pytest.raises(CommandError, match="Line 2 is too long for a line of a log"):
        call_command("verify_audit", log=str(log))


def test_an_hour_later_the_new_end_is_kept(trail, viewer):
    begin = dt.datetime(2026, 11, 2, 9, 17, tzinfo=dt.UTC)
    assert anchors.anchor_all(begin) == 3
    record(viewer)
    assert anchors.anchor_all(begin) == 0
    assert anchors.anchor_all(begin + dt.timedelta(hours=1)) == 1
    assert AuditAnchor.objects.get(sequence=6).hour == 11


def test_a_long_trail_is_anchored_by_looks_into_the_index(trail, acme, globex):
    """Of 50,000 anchors, as 30 customers leave within ten weeks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tenants_auditanchor (tenant_id, day, hour, sequence, hash) "
            "SELECT (ARRAY[%s, %s, NULL])[1 + n %% 3], date '2020-01-01' + n / 72, "
            "n / 3 %% 24, n, md5(n::text) FROM generate_series(0, 49999) n",
            [acme.pk, globex.pk],
        )
    with as_owner() as cursor:
        cursor.execute("ANALYZE tenants_auditanchor")
    begin = dt.datetime(2026, 11, 2, 9, 17, tzinfo=dt.UTC)
    with CaptureQueriesContext(connection) as asked:
        assert anchors.anchor_all(begin) == 3
    looks = [q["sql"] for q in asked if q["sql"].startswith("SELECT")]
    plans = [plan_of(sql) for sql in looks if "tenants_auditanchor" in sql]
    assert len(plans) == 3
    assert [plan for plan in plans if scans_anchors(plan)] == []
    # The control.
    assert scans_anchors(plan_of("SELECT count(*) FROM tenants_auditanchor"))


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


def scans_anchors(plan: str) -> bool:
    """Every row of them, whether of the table or of an index."""
    whole = ("Seq Scan on tenants_auditanchor", "Only Scan using tenants_auditanchor_p")
    return any(words in plan for words in whole)


def test_a_chain_written_anew_differs_from_its_anchor(trail, acme, capsys):
    tasks.anchor_audit()
    previous = "0" * 64
    with as_owner() as cursor:
        for event in AuditEvent.objects.filter(tenant=acme).order_by("sequence"):
            event.actor_name, event.previous_hash = "nobody", previous
            previous = digest(event)
            cursor.execute(
                "UPDATE tenants_auditevent SET actor_name = 'nobody', "
                "previous_hash = %s, hash = %s WHERE id = %s",
                [event.previous_hash, previous, event.pk],
            )
        cursor.execute(
            "UPDATE tenants_audithead SET hash = %s WHERE tenant_id = %s",
            [previous, acme.pk],
        )
    (complaint,) = complaints(capsys)
    assert "event 5 differs from the anchor of" in complaint


def test_anchors_are_kept_once_an_hour_and_grow_no_gap(trail, viewer, capsys):
    assert tasks.anchor_audit() == 3
    assert tasks.anchor_audit() == 0
    record(viewer)
    assert complaints(capsys) == []
    AuditAnchor.objects.values("day").distinct().get()


@pytest.mark.parametrize(
    "changed",
    [
        {"customer": [1]},
        {"customer": "x"},
        {"sequence": None},
        {"sequence": float("inf")},
        {"timestamp": 5},
        {"hash": None},
    ],
)
def test_a_line_of_the_log_that_was_tampered_with_is_named(changed):
    line = {
        "message": "audit anchor",
        "customer": 1,
        "sequence": 3,
        "hash": "0" * 64,
        "timestamp": "2026-11-01T10:17:00Z",
    }
    assert anchors.read_log([json.dumps(line)])
    with pytest.raises(ValueError, match="Line 2 cannot be read"):
        anchors.read_log([json.dumps(line), json.dumps({**line, **changed})])
