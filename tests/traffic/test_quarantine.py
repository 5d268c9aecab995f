"""What staff decide about quarantined records counts once, or never."""

import datetime as dt

import pytest
from django.db import connection

from tenants.models import AuditEvent
from tests.support.crossing import Lock, crossed
from tests.support.deliveries import load, row
from tests.support.october import NOW
from tests.support.quarantine import as_worker
from tests.support.sums import added_up
from traffic import tasks
from traffic.models import CallRecord, Period, QuarantinedRecord
from traffic.services import quarantine


@pytest.fixture
def twins(aside):
    return aside({}, {"outcome": "answered"})


def actions() -> list[str]:
    events = AuditEvent.objects.filter(action__startswith="quarantine.")
    assert all(event.tenant_id is None for event in events)
    return [event.action for event in events.order_by("sequence")]


def test_a_corrected_record_counts_once(aside, by, acting_as, write):
    (record,) = aside({"caller": "=1+1"})
    content = {**record.content, "caller": "+32475000000"}

    with acting_as("vms_staff"):
        quarantine.correct(
            record=record.pk,
            content=content,
            seen=record.content,
            by=by,
            note="typed by hand",
            now=NOW,
        )
    as_worker(acting_as, quarantine.release, record=record.pk, by=by, note="")

    assert CallRecord.objects.get().caller == "+32475000000"
    assert added_up().total() == 1
    assert actions() == ["quarantine.corrected", "quarantine.released"]
    changed = AuditEvent.objects.get(action="quarantine.corrected").detail["changes"]
    assert changed == {"caller": ["=1+1", "+32475000000"]}
    # The faulty delivery comes again: known, and no conflict with the corrected one.
    assert "0 added + 1 known + 0 quarantined" in load(write(row(caller="=1+1")))
    # So does the corrected one.
    again = load(write(row(caller="+32475000000")))
    assert "0 added + 1 known + 0 quarantined" in again
    assert CallRecord.objects.count() == 1


def test_a_corrected_well_formed_record_does_not_fight_its_own_delivery(
    aside,
    by,
    acting_as,
    write,
):
    (record,) = aside({"called": "+3225509999"})
    content = {**record.content, "called": "+3225501201"}
    quarantine.correct(
        record=record.pk, content=content, seen=record.content, by=by, note="", now=NOW
    )
    as_worker(acting_as, quarantine.release, record=record.pk, by=by, note="")

    assert "0 added + 1 known" in load(write(row(called="+3225509999")))
    assert CallRecord.objects.get().called == "+3225501201"


def test_releasing_twice_counts_once(aside, by, acting_as):
    (record,) = aside({"called": "+3225509999"})
    QuarantinedRecord.objects.update(
        content={**record.content, "called": "+3225501200"}
    )
    as_worker(acting_as, quarantine.release, record=record.pk, by=by, note="")
    with pytest.raises(quarantine.NotOpen):
        as_worker(acting_as, quarantine.release, record=record.pk, by=by, note="")
    with acting_as("vms_worker"):
        tasks.release_quarantined(record.pk, by.pk, "")
    assert CallRecord.objects.count() == 1
    assert added_up().total() == 1
    assert actions() == ["quarantine.released"]


def test_the_task_that_staff_ask_for_counts_it(aside, by):
    (record,) = aside({"called": "+3225509999"})
    QuarantinedRecord.objects.update(
        content={**record.content, "called": "+3225501200"}
    )
    tasks.release_quarantined(record.pk, by.pk, "")
    assert CallRecord.objects.get().called == "+3225501200"
    assert actions() == ["quarantine.released"]


def test_of_two_twins_one_counts_and_the_other_is_dismissed(twins, by, acting_as):
    first, second = twins
    as_worker(acting_as, quarantine.release, record=second.pk, by=by, note="checked")
    with pytest.raises(quarantine.NotOpen):
        as_worker(acting_as, quarantine.release, record=first.pk, by=by, note="")

    states = dict(QuarantinedRecord.objects.values_list("pk", "state"))
    assert states == {first.pk: "dismissed", second.pk: "released"}
    assert CallRecord.objects.count() == 1
    assert added_up().total() == 1
    released = AuditEvent.objects.get(action="quarantine.released")
    assert released.detail["dismissed"] == [first.pk]


@pytest.mark.django_db(transaction=True)
def test_counting_goes_the_way_of_the_staff_who_decide_about_several(
    twins, by, acting_as
):
    """Staff hold the earlier record and ask for the later one: both are done."""
    first, second = twins
    lock = "SELECT FROM traffic_quarantinedrecord WHERE id = %s FOR UPDATE"
    held, wanted = Lock(lock, [first.pk]), Lock(lock, [second.pk])
    with acting_as("vms_worker"), crossed(held, wanted) as ended:
        quarantine.release(record=second.pk, by=by, note="", now=NOW)
    assert ended == []
    states = QuarantinedRecord.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["dismissed", "released"]


@pytest.mark.django_db(transaction=True)
def test_a_record_corrected_while_the_worker_waited_is_left_to_the_next_try(
    twins, by, acting_as
):
    first, second = twins
    change = (
        "UPDATE traffic_quarantinedrecord SET call_id = 'other', content = "
        'content || \'{"call_id": "other"}\' WHERE id = %s'
    )
    held, wanted = Lock(change, [second.pk]), Lock("COMMIT")
    changed = pytest.raises(quarantine.Changed)
    with acting_as("vms_worker"), crossed(held, wanted), changed:
        quarantine.release(record=second.pk, by=by, note="", now=NOW)
    assert QuarantinedRecord.objects.filter(state="open").count() == 2


def test_a_decided_conflict_delivered_again_changes_nothing(
    twins,
    by,
    acting_as,
    write,
):
    as_worker(acting_as, quarantine.release, record=twins[0].pk, by=by, note="")
    counted = CallRecord.objects.get().digest
    for change in ({}, {"outcome": "answered"}):
        assert "0 added + 1 known + 0 quarantined" in load(write(row(**change)))
    assert CallRecord.objects.get().digest == counted


def test_a_third_content_takes_the_released_record_back(
    twins,
    by,
    acting_as,
    write,
):
    as_worker(acting_as, quarantine.release, record=twins[0].pk, by=by, note="")
    load(write(row(outcome="no_answer")))

    assert not CallRecord.objects.exists()
    assert added_up().total() == 0
    still = QuarantinedRecord.objects.filter(state="open", reason="conflict")
    assert still.count() == 2


def test_a_dismissed_record_stays_out(aside, by, acting_as, write):
    (record,) = aside({"called": "+3225509999"})
    with acting_as("vms_staff"):
        quarantine.dismiss(record=record.pk, by=by, note="test call", now=NOW)
    with pytest.raises(quarantine.NotOpen):
        as_worker(acting_as, quarantine.release, record=record.pk, by=by, note="")
    assert "0 added + 1 known" in load(write(row(called="+3225509999")))
    assert not CallRecord.objects.exists()
    assert actions() == ["quarantine.dismissed"]


@pytest.mark.parametrize("note", ["", "  ", "\u202e\u200b"])
def test_a_dismissal_needs_a_reason(aside, by, note):
    (record,) = aside({"called": "+3225509999"})
    with pytest.raises(quarantine.NoReason):
        quarantine.dismiss(record=record.pk, by=by, note=note, now=NOW)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"outcome": "loop"}, "malformed"),
        ({"started_at": "2019-12-31T23:59:59Z"}, "bad_time"),
        ({"called": "+3225509999"}, "unknown_number"),
    ],
)
def test_what_is_still_wrong_is_not_counted(aside, by, acting_as, change, reason):
    (record,) = aside(change)
    with pytest.raises(quarantine.StillRefused) as refused:
        as_worker(acting_as, quarantine.release, record=record.pk, by=by, note="")
    assert refused.value.reason == reason
    with acting_as("vms_worker"):
        tasks.release_quarantined(record.pk, by.pk, "")
    assert QuarantinedRecord.objects.get().state == "open"
    assert not CallRecord.objects.exists()
    assert not actions()


def test_a_correction_onto_a_counted_call_is_refused(aside, by, acting_as):
    (record,) = aside({}, {"call_id": "two", "outcome": "loop"})
    content = {**record.content, "call_id": "one", "outcome": "failed"}
    quarantine.correct(
        record=record.pk, content=content, seen=record.content, by=by, note="", now=NOW
    )
    with pytest.raises(quarantine.StillRefused) as refused:
        as_worker(acting_as, quarantine.release, record=record.pk, by=by, note="")
    assert refused.value.reason == "conflict"
    assert CallRecord.objects.count() == 1


def test_two_people_do_not_overwrite_each_other(aside, by):
    (record,) = aside({"outcome": "loop"})
    asked = {"record": record.pk, "seen": record.content, "by": by, "note": ""}
    quarantine.correct(content={**record.content, "outcome": "busy"}, now=NOW, **asked)
    with pytest.raises(quarantine.Changed):
        quarantine.correct(content={**record.content}, now=NOW, **asked)


def test_released_into_a_closed_month_it_is_late(aside, by, acting_as):
    (record,) = aside({"outcome": "loop"})
    Period.objects.create(month=dt.date(2026, 10, 1), state="closed")
    content = {**record.content, "outcome": "busy"}
    quarantine.correct(
        record=record.pk, content=content, seen=record.content, by=by, note="", now=NOW
    )
    as_worker(acting_as, quarantine.release, record=record.pk, by=by, note="")
    assert CallRecord.objects.get().is_late


# Partitions --------------------------------------------------------------------


def test_the_next_month_has_its_table_before_its_first_call(db, acting_as, monkeypatch):
    now = dt.datetime(2025, 3, 31, 21, 59, tzinfo=dt.UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    with acting_as("vms_worker"):
        tasks.make_partitions()
        tasks.make_partitions()
    assert months() >= {"2025_03", "2025_04"}


def months() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'traffic_callrecord'::regclass"
        )
        return {name.removeprefix("traffic_callrecord_") for (name,) in cursor}
