"""A source gives a call id to another call after 62 days: those are two calls."""

import datetime as dt
from itertools import permutations

import pytest

from numbers.models import GeographicNumber
from tests.support.deliveries import load, row
from tests.support.october import NOW
from traffic.models import CallRecord, QuarantinedRecord
from traffic.services import quarantine

WINTER = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
SUMMER = WINTER + dt.timedelta(days=181)
DAY = dt.timedelta(days=1)


def call(start: dt.datetime, **changes) -> dict[str, str]:
    return row(started_at=start.isoformat(), **changes)


TWINS = [call(WINTER), call(WINTER, outcome="answered")]


@pytest.fixture
def in_service(customers) -> None:
    GeographicNumber.objects.update(activated_on="2026-01-01")


def starts() -> list[dt.datetime]:
    found = CallRecord.objects.order_by("started_at")
    return list(found.values_list("started_at", flat=True))


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_the_same_id_half_a_year_later_is_another_call(in_service, write, batch, order):
    apart = [WINTER, WINTER + 90 * DAY, SUMMER]
    file = write(*(call(apart[place]) for place in order))
    assert "3 received = 3 added + 0 known + 0 quarantined" in load(file, batch=batch)
    assert starts() == apart
    again = write(*(call(start) for start in apart))
    assert "0 added + 3 known + 0 quarantined" in load(again, batch=4 - batch)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("batch", [1, 3])
def test_a_conflict_of_winter_leaves_summer_alone(in_service, write, batch, order):
    rows = [*TWINS, call(SUMMER)]
    told = load(write(*(rows[place] for place in order)), batch=batch)
    assert "3 received = 1 added + 0 known + 2 quarantined" in told
    assert starts() == [SUMMER]


@pytest.mark.parametrize("days", [1, 61, 62])
@pytest.mark.parametrize("batch", [1, 2])
def test_within_62_days_it_is_a_conflict(in_service, write, batch, days):
    rows = call(WINTER), call(WINTER + days * DAY)
    assert "0 added + 0 known + 2 quarantined" in load(write(*rows), batch=batch)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("batch", [1, 3])
def test_what_lies_near_two_calls_conflicts_with_both(in_service, write, batch, order):
    rows = [call(WINTER), call(WINTER + 40 * DAY), call(WINTER + 80 * DAY)]
    told = load(write(*(rows[place] for place in order)), batch=batch)
    assert "0 added + 0 known + 3 quarantined" in told
    assert not starts()


def test_two_more_contents_of_a_stored_call_move_it_once(in_service, write):
    load(write(call(WINTER)))
    others = call(WINTER, outcome="answered"), call(WINTER, outcome="no_answer")
    told = load(write(*others))
    assert "2 received = 0 added + 0 known + 2 quarantined" in told
    assert "1 stored earlier moved" in told
    assert QuarantinedRecord.objects.count() == 3


def test_deciding_about_winter_decides_nothing_about_summer(
    in_service, write, acting_as, staff
):
    summers = [call(SUMMER), call(SUMMER, outcome="answered")]
    load(write(*TWINS, *summers))
    aside = {
        (record.content["started_at"], record.content["outcome"]): record.pk
        for record in QuarantinedRecord.objects.all()
    }
    with acting_as("vms_worker"):
        quarantine.release(
            record=aside[WINTER.isoformat(), "busy"], by=staff, note="x", now=NOW
        )
    assert starts() == [WINTER]
    still = QuarantinedRecord.objects.filter(state="open")
    assert [record.content["started_at"] for record in still] == [
        SUMMER.isoformat()
    ] * 2


def test_a_content_corrected_beyond_reading_waits_at_every_time(
    in_service, write, staff
):
    load(write(*TWINS))
    for record in QuarantinedRecord.objects.all():
        quarantine.correct(
            record=record.pk,
            content={**record.content, "started_at": "?"},
            seen=record.content,
            by=staff,
            note="x",
            now=NOW,
        )
    assert "0 added + 0 known + 1 quarantined" in load(write(call(SUMMER)))
