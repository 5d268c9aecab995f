"""The October sample leads to the same end whatever way it comes in."""

import datetime as dt
import random
import subprocess
import sys
from collections import Counter

import pytest
from django.core.management import CommandError
from django.db import ProgrammingError, connection, transaction
from django.db.models import Sum

from tests.support.databases import ROOT, worker_environment
from tests.support.deliveries import load, row
from tests.support.october import NOW, SAMPLE
from tests.support.sums import added_up
from traffic.models import CallRecord, ContractDay, Period, QuarantinedRecord

END_OF_OCTOBER = dt.date(2026, 10, 31)


def assert_expected(customers) -> None:
    assert CallRecord.objects.count() == 2_704
    reasons = Counter(QuarantinedRecord.objects.values_list("reason", flat=True))
    assert reasons == {
        "conflict": 4,
        "unknown_number": 4,
        "bad_time": 2,
        "malformed": 1,
    }
    for contract, rerouted in zip(customers, (1_250, 210), strict=True):
        days = ContractDay.objects.filter(contract=contract, day__lte=END_OF_OCTOBER)
        assert days.aggregate(Sum("rerouted"))["rerouted__sum"] == rerouted
    assert added_up() == Counter(CallRecord.objects.values_list("treatment", flat=True))


def test_the_sample_leads_to_the_expected_counts(customers):
    line = load()
    assert "2,755 received = 2,704 added + 40 known + 11 quarantined" in line
    assert_expected(customers)


def test_a_second_run_adds_nothing(customers):
    load()
    assert "2,755 received = 0 added + 2,755 known + 0 quarantined" in load()
    assert_expected(customers)


def test_other_batches_of_the_same_file_add_nothing(customers):
    load()
    assert "0 added" in load(batch=1_000)
    assert_expected(customers)


def test_batches_of_seven(customers):
    line = load(batch=7)
    assert "2,755 received = 2,704 added + 40 known + 11 quarantined" in line
    assert_expected(customers)


@pytest.mark.parametrize("seed", range(3))
def test_any_order(customers, tmp_path, seed):
    header, *rows = SAMPLE.read_text(encoding="utf-8").splitlines()
    random.Random(seed).shuffle(rows)
    file = tmp_path / "shuffled.csv"
    file.write_text("\n".join([header, *rows]), encoding="utf-8")

    line = load(file, batch=500)

    assert "2,704 added + 40 known + 11 quarantined" in line
    assert_expected(customers)


@pytest.mark.django_db(transaction=True)
def test_three_processes_at_once(customers):
    """Real processes, each with its own batch size, on one database."""
    running = [
        subprocess.Popen(
            [
                sys.executable,
                "manage.py",
                "import_call_records",
                str(SAMPLE),
                "--now",
                NOW.isoformat(),
                "--batch",
                size,
                "-v",
                "0",
            ],
            cwd=ROOT,
            env=worker_environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        for size in ("200", "311", "200")
    ]
    for process in running:
        _out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert_expected(customers)


def test_a_conflict_moves_the_stored_record_and_corrects_the_sum(customers, write):
    load(write(row()))
    assert added_up().total() == 1

    load(write(row(outcome="answered")))

    assert not CallRecord.objects.exists()
    assert added_up().total() == 0
    assert QuarantinedRecord.objects.filter(reason="conflict").count() == 2
    assert "0 added + 1 known" in load(write(row()))


def test_the_same_key_in_the_next_month_is_a_conflict(customers, write):
    load(write(row(started_at="2026-10-31T22:59:00Z")))
    load(write(row(started_at="2026-10-31T23:01:00Z")))
    assert not CallRecord.objects.exists()


def test_another_spelling_of_the_same_content_is_known(customers, write):
    load(write(row()))
    same = row(started_at="2026-10-10T11:00:00+02:00", plan_version="01")
    assert "0 added + 1 known" in load(write(same))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"started_at": "2026-10-10T09:00:00"}, "malformed"),
        ({"caller": "=1+1"}, "malformed"),
        ({"called": "112"}, "malformed"),
        ({"destination": "=1+1"}, "malformed"),
        ({"outcome": "loop"}, "malformed"),
        ({"plan_version": "-1"}, "malformed"),
        ({"call_id": "nul\x00"}, "malformed"),
        ({"call_id": "x" * 201}, "malformed"),
        ({"source": "é" * 200_000}, "malformed"),
        ({"started_at": "2019-12-31T23:59:59Z"}, "bad_time"),
        ({"ended_at": "2026-10-10T08:59:59Z"}, "bad_time"),
        ({"started_at": "2026-11-02T00:05:01Z"}, "bad_time"),
        ({"started_at": "2026-09-30T21:59:59Z"}, "unknown_number"),
        ({"called": "+3225509999"}, "unknown_number"),
    ],
)
def test_what_goes_to_quarantine_and_why(customers, write, changes, reason):
    load(write(row(**changes)))
    assert QuarantinedRecord.objects.get().reason == reason
    assert not CallRecord.objects.exists()


def test_the_clock_tolerates_five_minutes(customers, write):
    load(write(row(started_at="2026-11-02T00:05:00Z")))
    assert CallRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "is_late"), [("open", False), ("closing", True), ("closed", True)]
)
def test_a_record_is_late_from_the_moment_the_close_begins(
    customers, write, state, is_late
):
    Period.objects.create(month=dt.date(2026, 10, 1), state=state)
    load(write(row()))
    assert CallRecord.objects.get().is_late is is_late


def test_semicolons_and_a_byte_order_mark(customers, write):
    load(write(row(), encoding="utf-8-sig", delimiter=";"))
    assert CallRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"source,call_id\nedge-1,x\n", "has no column called"),
        ("source".encode("utf-16"), "UTF-16"),
        ("source".encode("utf-16-le"), "UTF-16"),
        (b"", "has no column source"),
        ("source,é\n".encode("latin-1"), "has no column call_id"),
        (",".join([*row(), "source"]).encode(), "has the column source twice"),
        (b'"source,call_id\n', "not readable in line 1"),
    ],
)
def test_unreadable_files_are_refused_with_a_reason(
    customers, tmp_path, content, message
):
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        load(file)


def test_the_portal_reads_calls_of_its_customer_only(customers, acting_as):
    load()
    acme, _globex = customers
    with acting_as("vms_app"):
        assert not CallRecord.objects.exists()
    with acting_as("vms_app", tenant=acme.tenant_id):
        tenants = set(CallRecord.objects.values_list("tenant_id", flat=True))
        assert tenants == {acme.tenant_id}
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1 FROM traffic_callrecord_2026_10")
