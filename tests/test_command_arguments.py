"""A command told something impossible answers in a sentence, and does nothing."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from billing.models import InvoiceSeries
from tenants.audit.record import record
from tests.support.databases import worker_environment
from tests.support.october import NOW, SAMPLE
from traffic.models import Period

ROOT = settings.BASE_DIR
LONG = "a" * 300
REFUSED = {
    "a name no system has": (["import_call_records", LONG], "There is no file"),
    "the same for numbers": (
        ["import_numbers", LONG, "--customer", "ACME", "--contract", "C-1"],
        "There is no file",
    ),
    "the last month there is": (["close_month", "9999-12"], "not a month of this cent"),
    "the first there is": (["close_month", "0001-01"], "not a month of this century"),
    "a thirteenth month": (["close_month", "2026-13"], "write it as YYYY-MM"),
    "a month of one digit": (["close_month", "2026-1"], "write it as YYYY-MM"),
    "digits of Arabic": (["close_month", "٢٠٢٦-10"], "write it as YYYY-MM"),
    "a clock at the end": (
        ["close_month", "2026-10", "--now", "9999-12-31T23:59:59-12:00"],
        "not an instant of this century",
    ),
    "a clock without offset": (
        ["import_call_records", LONG, "--now", "2026-10-01T09:00:00"],
        "has no offset",
    ),
    "a batch without end": (
        ["import_call_records", str(SAMPLE), "--batch", "9" * 30],
        "has 1 to 1,000,000",
    ),
    "a clock in words": (
        ["import_call_records", LONG, "--now", "yesterday"],
        "is not an instant",
    ),
    "a series of no year": (
        ["continue_series", "0000-000001", "--reason", "x"],
        "no number of a document",
    ),
    "no reason": (["continue_series", "2026-000042", "--reason", " "], "Say why"),
    "a reason nobody sees": (
        ["continue_series", "2026-000042", "--reason", "\u202e\u200b"],
        "Say why",
    ),
    "a reason that is not UTF-8": (
        ["continue_series", "2026-000042", "--reason", "a\udcff"],
        "is not UTF-8",
    ),
    "a customer that is not UTF-8": (
        ["import_numbers", str(SAMPLE), "--customer", "\udcff", "--contract", "C-1"],
        "--customer is not UTF-8",
    ),
    "calls in a file whose name is not UTF-8": (
        ["import_call_records", "bad\udcff.csv"],
        "name of the file is not UTF-8",
    ),
    "a series to come": (
        ["continue_series", "2099-000001", "--reason", "x"],
        "no number of a document",
    ),
}


@pytest.fixture
def trail(viewer, stranger):
    """One event of Acme; Globex and the operator have none."""
    record(actor=viewer, action="token.created", target=viewer)


@pytest.mark.parametrize("told", REFUSED)
def test_a_sentence_says_what_is_wrong(db, told):
    command, sentence = REFUSED[told]
    with pytest.raises(CommandError, match=sentence):
        call_command(*command)
    assert not Period.objects.exists()
    assert not InvoiceSeries.objects.exists()


@pytest.mark.parametrize("mistyped", ["2016-10", "2026-08", "2026-09"])
def test_a_month_before_the_first_is_not_closed(october, mistyped):
    """Closed, it would ask for every month after it before the real first one."""
    with pytest.raises(CommandError, match="the first month is 2026-10"):
        call_command("close_month", mistyped, now=NOW, verbosity=0)
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    assert Period.objects.get(state="closed").month.isoformat() == "2026-10-01"


def test_without_a_contract_no_month_is_closed(db):
    with pytest.raises(CommandError, match="nothing to bill in 2026-10"):
        call_command("close_month", "2026-10", now=NOW, verbosity=0)


COMMANDS = {
    "verify_audit": [],
    "verify_files": [],
    "repair_files": [],
    "close_month": ["2026-10"],
    "continue_series": ["2026-000042", "--reason", "restored"],
    "import_call_records": [str(SAMPLE)],
    "import_numbers": [str(SAMPLE), "--customer", "ACME", "--contract", "C-1"],
}


@pytest.mark.parametrize("command", [*COMMANDS, "load_demo", "load_demo_calls"])
@pytest.mark.parametrize("role", ["vms_app", "vms_staff", "vms_network", "vms_owner"])
def test_who_does_not_see_every_customer_is_refused(trail, acting_as, command, role):
    """Row security would show a check nothing, and it would tell that all is well."""
    with (
        acting_as(role),
        pytest.raises(CommandError, match="needs the worker's rights"),
    ):
        call_command(command, *COMMANDS.get(command, []))


def test_the_worker_checks_every_customer(trail, acting_as, capsys):
    with acting_as("vms_worker"):
        call_command("verify_audit")
    assert "1 events in 3 chains are intact" in capsys.readouterr().out


def test_a_process_without_a_database_is_told_which_has_one():
    values = {"PATH": os.environ["PATH"], "VMS_VAR": "/nowhere", "VMS_PROCESS": "beat"}
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_audit"],
        cwd=ROOT,
        env=values,
        capture_output=True,
        text=True,
    )
    told = "CommandError: VMS_PROCESS=beat has no database: set VMS_PROCESS=worker.\n"
    assert (done.returncode, done.stderr) == (1, told)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_closed", [True, False])
@pytest.mark.parametrize("command", ["verify_audit", "price_month"])
def test_an_answer_that_cannot_be_written_is_told(tmp_path, command, is_closed):
    file = tmp_path / "month.json"
    file.write_text('{"kind": "offer"}')
    arguments = [str(file)] if command == "price_month" else []
    reader, writer = os.pipe()
    os.close(reader)
    with open("/dev/full", "w") as full, open(writer, "w") as closed:
        done = subprocess.run(
            [sys.executable, "manage.py", command, *arguments],
            cwd=ROOT,
            env=worker_environment(),
            text=True,
            stdout=closed if is_closed else full,
            stderr=subprocess.PIPE,
        )
    reason = "Broken pipe" if is_closed else "No space left on device"
    told = f"CommandError: Stopped before the end: {reason}.\n"
    assert (done.returncode, done.stderr) == (1, told)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://x:y@127.0.0.1:1/z", "The database does not answer: "),
        ("", "DATABASE_URL_WORKER names no database."),
    ],
)
def test_without_a_database_a_sentence_says_so(command, address, told):
    values = {
        "PATH": os.environ["PATH"],
        "VMS_VAR": "/nowhere",
        "DATABASE_URL_WORKER": address,
    }
    done = subprocess.run(
        [sys.executable, "manage.py", command, *COMMANDS[command]],
        cwd=ROOT,
        env=values,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"CommandError: {told}")
    assert "Traceback" not in done.stderr
