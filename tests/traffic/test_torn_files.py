"""Files that broke on their way: every line is counted, none is taken for another."""

import csv
import hashlib
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.deliveries import load, row
from tests.support.october import NOW
from traffic.ingest.delivery import Added, IngestResult, read_delivery
from traffic.ingest.record import TornRow, as_row
from traffic.ingest.storage import store_batch
from traffic.models import CallRecord, IngestBatch, QuarantinedRecord
from traffic.services import quarantine
from vms_portal.kernel.csv_files import parsing

CALLS = 60


def lines_of(*records, delimiter=",") -> list[str]:
    """Return the header and the lines of a file, without their ends."""
    out = io.StringIO()
    names = records[0].keys()
    writer = csv.DictWriter(out, names, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue().splitlines()


@pytest.fixture
def file(tmp_path):
    def make(content: str | bytes):
        path = tmp_path / f"calls-{len(list(tmp_path.iterdir()))}.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def sixty() -> list[str]:
    return lines_of(*(row(call_id=f"c{place}") for place in range(CALLS)))


def ids() -> set[str]:
    return set(CallRecord.objects.values_list("call_id", flat=True))


def opened(line: str) -> str:
    return line.replace("c2,", '"c2,')


def closed_only(line: str) -> str:
    return line.replace("c2,", 'c2",')


def inside(line: str) -> str:
    return line.replace("c2,", 'c"2,')


def goes_on(line: str) -> str:
    return line.replace("c2,", '"c"2,')


def last_opened(line: str) -> str:
    return line[:-1] + '"1'


def fewer(line: str) -> str:
    return line.rsplit(",", 2)[0]


def more(line: str) -> str:
    return f"{line},one more"


def stray_return(line: str) -> str:
    return line.replace("c2,", "c2\r,")


@pytest.mark.parametrize("batch", [7, 5_000])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "tear",
    [opened, closed_only, inside, goes_on, last_opened, fewer, more, stray_return],
)
def test_a_torn_line_is_set_aside_alone(customers, file, sixty, tear, ends, batch):
    if tear is stray_return and ends == "\r":
        pytest.skip("this is the line end")
    sixty[3] = tear(sixty[3])
    line = load(file(ends.join([*sixty, ""])), batch=batch)
    assert "60 received = 59 added + 0 known + 1 quarantined" in line
    assert ids() == {f"c{place}" for place in range(CALLS)} - {"c2"}
    record = QuarantinedRecord.objects.get()
    assert record.reason == "malformed"
    assert record.content["line"] == sixty[3]


def test_a_quotation_that_a_later_line_closes_swallows_nothing(customers, file, sixty):
    sixty[3] = opened(sixty[3])
    sixty[20] += '"'
    line = load(file("\n".join([*sixty, ""])))
    assert "60 received = 58 added + 0 known + 2 quarantined" in line


def test_a_timeline_that_is_never_closed_swallows_nothing(customers, file):
    plain = lines_of(*(row(call_id=f"c{place}", legs="") for place in range(CALLS)))
    plain[3] += '"[{""node"": 1}]'
    plain[30] = plain[30][:-1] + ',""'
    line = load(file("\n".join([*plain, ""])))
    assert "60 received = 59 added + 0 known + 1 quarantined" in line


def test_a_timeline_may_run_over_several_lines(customers, file):
    legs = '[\n  {"node": "r1"},\n  {"node": "r2"}\n]'
    lines = lines_of(row(call_id="a", legs=legs), row(call_id="b", legs=""))
    assert "2 received = 2 added" in load(file("\n".join([*lines, ""])))
    assert CallRecord.objects.get(call_id="a").legs == [{"node": "r1"}, {"node": "r2"}]


def test_a_file_cut_off_and_the_whole_one_later(customers, file):
    whole = "\n".join([*lines_of(*(row(call_id=f"c{n}") for n in range(4))), ""])
    cut = load(file(whole.removesuffix(",line,1\n")))
    assert "4 received = 3 added + 0 known + 1 quarantined" in cut
    again = load(file(whole))
    assert "4 received = 1 added + 3 known + 0 quarantined" in again
    assert ids() == {"c0", "c1", "c2", "c3"}


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_wherever_a_file_is_cut_no_other_call_suffers(customers, file, delimiter):
    records = [row(call_id=name, destination="queue:a,b;c") for name in "ab"]
    content = "\n".join([*lines_of(*records, delimiter=delimiter), ""])
    start = content.index("edge-1", content.index("edge-1") + 1)
    for cut in range(start + 1, len(content) - 2):
        line = load(file(content[:cut]))
        assert line.split(": ")[1].startswith("2 received = "), content[:cut]
        assert CallRecord.objects.get().call_id == "a"
        assert "-" not in line.split(": ")[1]
    assert "1 added + 1 known" in load(file(content))


def test_a_whole_last_line_needs_no_end(customers, file, sixty):
    assert "60 received = 60 added" in load(file("\n".join(sixty)))


def test_line_ends_of_two_kinds_in_one_file(customers, file, sixty):
    content = "\n".join(sixty[:20]) + "\n" + "\r".join(sixty[20:]) + "\n"
    assert "60 received = 60 added" in load(file(content))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_the_encoding_is_found_and_told(customers, file, encoding, capsys):
    lines = "\n".join(lines_of(row(destination="queue:réception")))
    load(file(lines.encode(encoding)))
    assert CallRecord.objects.get().destination == "queue:réception"
    told = "read as Windows-1252" in capsys.readouterr().err
    assert told is (encoding == "cp1252")


def test_one_damaged_letter_spoils_its_own_record_only(customers, file):
    names = ("queue:é", "queue:X", "queue:ü")
    records = [row(call_id=name, destination=name) for name in names]
    content = "\n".join(lines_of(*records)).encode().replace(b"X", b"\xff")
    assert "3 received = 2 added + 0 known + 1 quarantined" in load(file(content))
    assert ids() == {"queue:é", "queue:ü"}


def test_a_torn_line_counts_once_somebody_saved_its_fields(
    customers, file, staff, acting_as
):
    load(file("\n".join([*lines_of(row()), ""]).removesuffix(",1\n")))
    record = QuarantinedRecord.objects.get()
    asked = {"record": record.pk, "by": staff, "note": "", "now": NOW}
    with acting_as("vms_worker"), pytest.raises(quarantine.StillRefused):
        quarantine.release(**asked)

    content = {name: record.content.get(name, "") for name in row()}
    quarantine.correct(content=content, seen=record.content, **asked)
    with acting_as("vms_worker"):
        quarantine.release(**asked)
    assert ids() == {"one"}


def test_thirty_conflicts_are_no_negative_count(customers, write):
    load(write(*(row(call_id=f"c{n}") for n in range(30))))
    other = [row(call_id=f"c{n}", outcome="answered") for n in range(30)]
    line = load(write(*other), batch=7)
    assert "30 received = 0 added + 0 known + 30 quarantined" in line
    assert "30 stored earlier moved to quarantine" in line
    assert not CallRecord.objects.exists()


contents = st.builds(
    row,
    call_id=st.sampled_from("abcd"),
    outcome=st.sampled_from(["busy", "answered", "loop"]),
    called=st.sampled_from(["+3225501200", "+3225501201", "+3225509999"]),
)
deliveries = st.lists(
    st.tuples(st.lists(st.tuples(contents, st.booleans()), max_size=8), st.booleans()),
    max_size=5,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_deliveries=deliveries)
def test_what_comes_in_is_what_there_is(customers, given_deliveries):
    """Any deliveries, torn, repeated, contradicting: the sums hold, none is negative.

    The flag of a delivery makes it the next batch of the load before it.
    """
    with transaction.atomic():
        take_in(given_deliveries)
        transaction.set_rollback(True)


def take_in(given_deliveries) -> None:
    added, total, load_total = Added(), IngestResult(), IngestResult()
    for place, (records, goes_on) in enumerate(given_deliveries):
        if not goes_on:
            added, load_total = Added(), IngestResult()
        rows = [
            TornRow(as_row(record), "torn") if is_torn else as_row(record)
            for record, is_torn in records
        ]
        outcome, _repeated = store_batch(
            read_delivery(rows, NOW),
            key=str(place),
            sha256="s",
            now=NOW,
            added=added,
        )
        assert outcome.received == len(rows)
        total, load_total = total + outcome, load_total + outcome
        for counts in (outcome, load_total, total):
            assert min(counts.answer().values()) >= 0
            whole = counts.added + counts.known + counts.quarantined
            assert whole == counts.received
        assert load_total.retracted <= min(load_total.added, load_total.moved)
        assert "-" not in str(load_total)
    assert CallRecord.objects.count() == total.added - total.moved
    assert QuarantinedRecord.objects.count() == total.quarantined + total.moved


@pytest.mark.parametrize("error", [DatabaseError, OSError])
def test_a_full_disk_is_a_sentence(customers, sixty, file, monkeypatch, error):
    def fail(*args, **options):
        raise error("could not extend file:\nNo space left on device")

    monkeypatch.setattr("traffic.ingest.call_rows.copy", fail)
    with pytest.raises(CommandError, match="No space left on device.*same command"):
        call_command("import_call_records", str(file("\n".join(sixty))), now=NOW)


def test_the_rest_of_an_endless_line_is_no_call(customers, file, sixty):
    """Cut where reading stops, its rest had all the cells of a row."""
    endless = "e" * parsing.LONGEST_LINE + sixty[3]
    told = load(file("\n".join([*sixty[:3], endless, *sixty[4:]])))
    assert "60 received = 59 added + 0 known + 1 quarantined" in told
    assert "c2" not in ids()


def test_a_header_without_end_is_told(customers, file, sixty):
    content = "\n".join(["x," * 10_001 + sixty[0], *sixty[1:]])
    with pytest.raises(CommandError, match="first line is too long"):
        load(file(content))


def test_what_an_earlier_release_made_of_a_file_is_no_answer(customers, file, sixty):
    """It took an open quotation for the rest of the file: the calls are to be had."""
    path = file("\n".join(sixty))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    answer = {"received": 3, "added": 2, "known": 0, "quarantined": 1, "moved": 0}
    IngestBatch.objects.create(
        key=f"{digest}/5000/0", sha256=digest, received_at=NOW, answer=answer
    )
    assert "60 received = 60 added" in load(path)
    assert "60 received = 0 added + 60 known" in load(path)
