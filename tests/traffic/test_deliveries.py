"""How records are read from a file and written as calls, spelling by spelling."""

import json

import pytest

from tests.support.deliveries import load, read, row
from tests.support.october import NOW
from traffic.ingest.delivery import PORTION, read_delivery
from traffic.ingest.record import Record, Refused, as_row, latest, read_record
from traffic.models import CallRecord, QuarantinedRecord


def reason(**changes) -> str:
    refused = read_record(as_row(row(**changes)), latest(NOW))
    assert isinstance(refused, Refused)
    return refused.reason


@pytest.mark.parametrize(
    "spelling",
    [
        "2026-10-10T09:00:00+00:00",
        "2026-10-10T11:00:00+02:00",
        "2026-10-10T09:00:00.000Z",
        "20261010T090000.0Z",
        # As long as the usual spelling, but a week and a day of it.
        "2026-W41-6T09:00:00Z",
        "2026-10-10 09:00:00Z",
    ],
)
def test_an_instant_is_the_same_in_any_spelling(spelling):
    usual, other = read(), read(started_at=spelling)
    assert other.started == usual.started == "2026-10-10 09:00:00+00:00"
    assert other.digest == usual.digest


@pytest.mark.parametrize(
    "no_instant",
    [
        "2026-02-29T09:00:00Z",
        "2026-10-10T24:00:00Z",
        "2026-10-10T09:00:60Z",
        "2026-10-10T09:00:00z!",
        "٢٠٢٦-10-10T09:00:00Z",
        "0001-01-01T00:00:00+01:00",
    ],
)
def test_what_is_no_instant_is_malformed(no_instant):
    assert reason(started_at=no_instant) == "malformed"


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"plan_version": "007", "legs": '[{"node": "start"}]'},
        {"started_at": "2026-10-10T11:00:00+02:00", "ended_at": "2026-10-10T09:01:00Z"},
        {"started_at": "2026-10-10T09:00:00.5Z", "ringing_at": "2026-10-10T09:00:01Z"},
        {"answered_at": "2026-10-10T08:59:59Z"},
        {"started_at": "2019-12-31T23:59:59Z"},
        {"ended_at": "2027-01-01T00:00:00Z"},
        {"started_at": "2026-02-29T09:00:00Z"},
        {"started_at": ""},
        {"called": "32 2"},
    ],
)
@pytest.mark.parametrize("place", [0, 3, PORTION])
def test_beside_any_other_a_record_is_read_as_it_is_alone(other, place):
    rows = [
        as_row(row(call_id=f"{n}", ended_at="2026-10-10T09:00:30Z" if n % 3 else ""))
        for n in range(PORTION + 2)
    ]
    rows[place] = as_row(row(call_id="other", **other))
    alone = [read_record(each, latest(NOW)) for each in rows]
    together = read_delivery(rows, NOW)
    assert together.records == [one for one in alone if isinstance(one, Record)]
    assert together.refused == [one for one in alone if isinstance(one, Refused)]


def test_fractions_keep_the_order_of_instants():
    times = {
        "started_at": "2026-10-10T09:00:00Z",
        "answered_at": "2026-10-10T09:00:00.5Z",
        "ended_at": "2026-10-10T09:00:01Z",
    }
    assert read(**times)
    swapped = times | {"started_at": "2026-10-10T09:00:00.6Z"}
    assert reason(**swapped) == "bad_time"


def test_the_first_reason_that_fits_counts():
    early = {"started_at": "2019-12-31T23:59:59Z"}
    assert reason(**early) == "bad_time"
    assert reason(**early, legs="[") == "malformed"


@pytest.mark.parametrize(
    "legs", ['["x"]', "{}", '[{"at": "\\u0000"}]', '[{"at": "\\ud800"}]', "[" * 30_000]
)
def test_a_timeline_that_cannot_be_stored_is_malformed(legs):
    assert reason(legs=legs) == "malformed"


def test_every_text_arrives_as_it_was_delivered(customers, write):
    ids = ["None", r"\N", r"back\slash\t", 'a "quoted", one', "é\u2028ü", r"\.", "x;y"]
    rows = [row(call_id=text, source="None", legs="") for text in ids]
    legs = [{"node": 'r"1"', "because": "line\nbreak \\ and tab\t"}]
    rows[0] |= {"destination": r"queue:a\nb"}
    load(write(*rows, row(call_id="legs", legs=json.dumps(legs))))

    calls = {call.call_id: call for call in CallRecord.objects.all()}

    assert calls.keys() == {*ids, "legs"}
    assert calls["None"].source == "None"
    assert calls["None"].destination == r"queue:a\nb"
    assert calls["None"].caller == ""
    assert calls["None"].answered_at is None
    assert calls["None"].legs is None
    assert calls["legs"].legs == legs


def test_a_repeat_is_found_between_new_keys_of_its_source_alone(customers, write):
    load(write(row(call_id="Z")))
    # By code point "Z" is before "a"; a language has it the other way round.
    again = write(row(call_id="Z"), row(call_id="a"), row(call_id="Z", source="edge-2"))
    assert "3 received = 2 added + 1 known + 0 quarantined" in load(again)


def test_one_batch_decides_about_each_key_by_itself(customers, write):
    load(write(row(call_id="known"), row(call_id="moved")))
    line = load(
        write(
            row(call_id="known"),
            row(call_id="moved", outcome="answered"),
            row(call_id="new"),
            row(call_id="twice"),
            row(call_id="twice"),
            row(call_id="torn"),
            row(call_id="torn", outcome="answered"),
        )
    )
    # The moved one is quarantined with its other content, but was never in this file.
    assert "7 received = 2 added + 2 known + 3 quarantined" in line
    assert "1 stored earlier moved to quarantine" in line
    stored = set(CallRecord.objects.values_list("call_id", flat=True))
    assert stored == {"known", "new", "twice"}
    torn = QuarantinedRecord.objects.values_list("call_id", flat=True)
    assert sorted(torn) == ["moved", "moved", "torn", "torn"]


def test_columns_come_in_any_order_and_unknown_ones_are_ignored(customers, tmp_path):
    values = row()
    names = [*sorted(values, reverse=True), "unknown"]
    lines = [
        ",".join({**values, "call_id": call, "unknown": "?"}[name] for name in names)
        for call in ("one", "two")
    ]
    file = tmp_path / "calls.csv"
    file.write_text("\n".join([",".join(names), lines[0], "", f"{lines[1]}\n"]))
    assert "2 received = 2 added" in load(file)
    assert set(CallRecord.objects.values_list("call_id", flat=True)) == {"one", "two"}
