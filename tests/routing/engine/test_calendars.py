"""Opening hours at their edges: midnight, special days, holidays, clock changes."""

import datetime as dt

import holidays as reference
import pytest

from routing.engine.calendars import read_calendar
from routing.engine.holidays import belgian_holiday
from routing.engine.switches import moment_table, switch_table
from tests.support.calendar_tables import state_in

NOW = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)


def calendar(**parts):
    read, problems = read_calendar({"weekly": {}, "special": [], **parts}, "")
    assert problems == []
    return read


def state(read, local):
    return read.state_at(dt.datetime.fromisoformat(local))[0]


def at_utc(read, instant):
    moment = dt.datetime.fromisoformat(instant)
    interpreted = read.state_at_instant(moment)[0]
    assert state_in(switch_table(read, NOW), moment.timestamp())[0] == interpreted
    assert state_in(moment_table(read, moment), moment.timestamp())[0] == interpreted
    return interpreted


MORNING = {"mon": [["08:30", "12:00"], ["13:00", "17:30"]]}


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-23T08:29:59", "closed"),
        ("2026-11-23T08:30:00", "open"),
        ("2026-11-23T11:59:59", "open"),
        ("2026-11-23T11:59:59.999999", "open"),
        ("2026-11-23T12:00:00", "closed"),
        ("2026-11-23T13:00:00", "open"),
        ("2026-11-24T09:00:00", "closed"),
    ],
)
def test_a_span_holds_from_its_start_until_just_before_its_end(local, expected):
    assert state(calendar(weekly=MORNING), local) == expected


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-27T21:59:59", "closed"),
        ("2026-11-27T22:00:00", "open"),
        ("2026-11-28T01:59:59", "open"),
        ("2026-11-28T02:00:00", "closed"),
        ("2026-11-27T01:00:00", "closed"),
    ],
)
def test_a_span_that_ends_before_it_starts_runs_past_midnight(local, expected):
    assert state(calendar(weekly={"fri": [["22:00", "02:00"]]}), local) == expected


def test_a_span_to_24_00_ends_at_midnight():
    read = calendar(weekly={"fri": [["18:00", "24:00"]]})
    assert state(read, "2026-11-27T23:59:59") == "open"
    assert state(read, "2026-11-28T00:00:00") == "closed"


def test_a_span_to_00_00_ends_at_midnight_too():
    read = calendar(weekly={"fri": [["18:00", "00:00"]]})
    assert state(read, "2026-11-27T23:59:59") == "open"
    assert state(read, "2026-11-28T00:00:00") == "closed"


def test_start_equal_to_end_is_24_hours():
    read = calendar(weekly={"fri": [["08:00", "08:00"]]})
    assert state(read, "2026-11-27T07:59:59") == "closed"
    assert state(read, "2026-11-28T07:59:59") == "open"
    assert state(read, "2026-11-28T08:00:00") == "closed"


def test_overlapping_spans_are_united():
    read = calendar(weekly={"mon": [["11:00", "14:00"], ["09:00", "12:00"]]})
    exit_, _, params = read.state_at(dt.datetime.fromisoformat("2026-11-23T10:00"))
    assert (exit_, params) == ("open", {"from": "09:00", "to": "14:00"})


def test_a_span_past_midnight_goes_on_into_a_holiday_and_a_special_day():
    weekly = {"thu": [["22:00", "02:00"]], "fri": [["08:00", "12:00"]]}
    christmas = calendar(weekly=weekly, holidays="BE")
    assert state(christmas, "2026-12-25T01:00:00") == "open"
    assert state(christmas, "2026-12-25T09:00:00") == "holiday"
    special = calendar(weekly=weekly, special=[{"date": "2026-12-25", "hours": []}])
    assert state(special, "2026-12-25T01:00:00") == "open"
    assert state(special, "2026-12-25T09:00:00") == "closed"


def test_a_special_day_runs_past_midnight_as_well():
    read = calendar(special=[{"date": "2026-12-24", "hours": [["22:00", "03:00"]]}])
    assert state(read, "2026-12-25T02:59:59") == "open"
    assert state(read, "2026-12-25T03:00:00") == "closed"


def test_a_holiday_has_no_weekly_hours_to_run_past_its_midnight():
    read = calendar(weekly={"fri": [["22:00", "02:00"]]}, holidays="BE")
    assert state(read, "2026-12-26T01:00:00") == "closed"


def test_special_beats_holiday_beats_weekly():
    weekly = {"fri": [["08:00", "18:00"]]}
    day = {"date": "2026-12-25", "hours": [["10:00", "11:00"]], "label": "Open day"}
    read = calendar(weekly=weekly, holidays="BE", special=[day])
    assert state(read, "2026-12-25T10:30:00") == "open"
    assert state(read, "2026-12-25T12:00:00") == "closed"
    assert state(calendar(weekly=weekly), "2026-12-25T12:00:00") == "open"


def test_to_is_inclusive():
    closed = {"from": "2026-07-20", "to": "2026-07-24", "hours": []}
    weekly = dict.fromkeys(
        ("mon", "tue", "wed", "thu", "fri", "sat"), [["08:00", "18:00"]]
    )
    read = calendar(weekly=weekly, special=[closed])
    found = {d: state(read, f"2026-07-{d}T09:00:00") for d in (18, 20, 24, 25)}
    assert found == {18: "open", 20: "closed", 24: "closed", 25: "open"}


@pytest.mark.parametrize(
    ("mode", "expected"), [("force_open", "open"), ("force_closed", "closed")]
)
def test_a_forced_mode_beats_all(mode, expected):
    special = [{"date": "2026-12-25", "hours": [["10:00", "11:00"]]}]
    read = calendar(mode=mode, weekly=MORNING, holidays="BE", special=special)
    for local in ("2026-12-25T10:30", "2026-12-25T12:00", "2026-11-23T09:00"):
        assert state(read, local) == expected


def test_the_skipped_hour_never_occurs():
    read = calendar(weekly={"sun": [["02:00", "03:00"]]})
    start = dt.datetime(2027, 3, 27, 22, tzinfo=dt.UTC)
    minutes = (start + dt.timedelta(minutes=n) for n in range(8 * 60))
    assert all(read.state_at_instant(m)[0] == "closed" for m in minutes)
    table = switch_table(read, NOW)
    assert state_in(table, dt.datetime(2027, 3, 28, 1, tzinfo=dt.UTC).timestamp())[
        0
    ] == ("closed")


def test_the_repeated_hour_matches_in_both_passes():
    read = calendar(weekly={"sun": [["02:00", "02:30"]]})
    assert at_utc(read, "2026-10-25T00:15:00+00:00") == "open"
    assert at_utc(read, "2026-10-25T00:45:00+00:00") == "closed"
    assert at_utc(read, "2026-10-25T01:15:00+00:00") == "open"
    assert at_utc(read, "2026-10-25T01:30:00+00:00") == "closed"


def test_a_calendar_has_its_own_time_zone():
    read = calendar(weekly=MORNING, time_zone="America/New_York")
    assert at_utc(read, "2026-11-23T08:00:00+00:00") == "closed"
    assert at_utc(read, "2026-11-23T13:30:00+00:00") == "open"


@pytest.mark.parametrize("year", range(1990, 2100, 7))
def test_the_holidays_are_the_ten_legal_ones(year):
    legal = reference.country_holidays("BE", years=year, language="en_US")
    sundays = ("Easter Sunday", "Pentecost", "Whit Sunday")
    expected = {day for day, name in legal.items() if name not in sundays}
    days = (dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(366))
    found = {day for day in days if day.year == year and belgian_holiday(day)}
    assert found == {day for day in expected if day.year == year}


def test_easter_monday_follows_the_church_and_sundays_stay_ordinary():
    assert belgian_holiday(dt.date(2026, 4, 6)) == "easter_monday"
    assert belgian_holiday(dt.date(2026, 4, 5)) is None
    assert belgian_holiday(dt.date(2026, 5, 24)) is None
    assert belgian_holiday(dt.date(2026, 5, 25)) == "whit_monday"


BAD = [
    ([], ""),
    ({"time_zone": "Europe/Atlantis"}, "/time_zone"),
    ({"time_zone": "../etc/passwd"}, "/time_zone"),
    ({"time_zone": 5}, "/time_zone"),
    ({"mode": "manual"}, "/mode"),
    ({"mode": []}, "/mode"),
    ({"holidays": "FR"}, "/holidays"),
    ({"holidays": {}}, "/holidays"),
    ({"weekly": []}, "/weekly"),
    ({"weekly": {"monday": []}}, "/weekly/monday"),
    ({"weekly": {"mon": "08:30-12:00"}}, "/weekly/mon"),
    ({"weekly": {"mon": [["08:30"]]}}, "/weekly/mon/0"),
    ({"weekly": {"mon": [["08:30", "25:00"]]}}, "/weekly/mon/0"),
    ({"weekly": {"mon": [["24:00", "02:00"]]}}, "/weekly/mon/0"),
    ({"weekly": {"mon": [["8:30", "12:00"]]}}, "/weekly/mon/0"),
    ({"weekly": {"mon": [["08:30", "12:60"]]}}, "/weekly/mon/0"),
    ({"weekly": {"mon": [[830, 1200]]}}, "/weekly/mon/0"),
    ({"weekly": {"mon": [["٠٨:٣٠", "12:00"]]}}, "/weekly/mon/0"),
    ({"special": {}}, "/special"),
    ({"special": ["2026-12-24"]}, "/special/0"),
    ({"special": [{"hours": []}]}, "/special/0"),
    ({"special": [{"date": "2026-02-30"}]}, "/special/0"),
    ({"special": [{"date": "20261224"}]}, "/special/0"),
    ({"special": [{"date": "2026-12-24", "to": "2026-12-25"}]}, "/special/0"),
    ({"special": [{"from": "2026-12-24"}]}, "/special/0"),
    ({"special": [{"from": "2026-12-24", "to": "2026-12-23"}]}, "/special/0"),
    ({"special": [{"date": "2026-12-24", "hours": 5}]}, "/special/0/hours"),
    ({"special": [{"date": "2026-12-24"}, {"date": "2026-12-24"}]}, "/special/1"),
    (
        {
            "special": [
                {"date": "2026-12-24"},
                {"from": "2026-12-01", "to": "2026-12-31"},
            ]
        },
        "/special/0",
    ),
]


@pytest.mark.parametrize(("raw", "path"), BAD)
def test_what_cannot_be_read_is_a_bad_calendar_at_its_place(raw, path):
    _, problems = read_calendar(raw, "")
    assert [(p.code, p.path, p.node) for p in problems] == [
        ("bad_calendar", path, None)
    ]


def test_the_first_day_of_time_has_no_day_before():
    read = calendar(weekly={"mon": [["00:00", "24:00"]]})
    assert state(read, "0001-01-01T09:00:00") == "open"
