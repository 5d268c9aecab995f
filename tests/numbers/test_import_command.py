"""``manage.py import_numbers``: the real process, its words and its memory."""

import io
import os
import subprocess
import sys
from itertools import chain

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from numbers.models import GeographicNumber, Site
from tenants.models import AuditEvent
from tests.support.databases import ROOT, worker_environment
from tests.support.mails import send_due

SAMPLE = ROOT / "demo/numbers-acme.csv"
HEADER = "number,site,option,activated_on,label\n"
MEGABYTE = 1024 * 1024


def run(path=SAMPLE, *, contract="C1", customer="ACME", **options) -> str:
    out = io.StringIO()
    call_command(
        "import_numbers",
        str(path),
        customer=customer,
        contract=contract,
        verbosity=0,
        stdout=out,
        **options,
    )
    return out.getvalue()


def test_it_says_what_it_did(contract):
    told = run()
    assert "20 numbers = 20 added + 0 changed + 0 known" in told
    assert "new sites: Brussels, Liège" in told
    assert "0 added + 0 changed + 20 known" in run()


def test_a_dry_run_says_that_nothing_was_stored(contract):
    assert "Nothing was stored (dry run)" in run(dry_run=True)
    assert not GeographicNumber.objects.exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"path": "/nowhere.csv"}, "no file at /nowhere.csv"),
        ({"customer": "NOBODY"}, "no customer NOBODY. Known: ACME"),
        ({"contract": "C9"}, "no contract C9. Known: C1"),
    ],
)
def test_it_says_what_is_missing(contract, options, told):
    with pytest.raises(CommandError, match=told):
        run(**options)


ODD = "nu\u202em\x1b[31m\nbers.csv"


def test_the_name_of_the_file_is_kept_as_other_text(contract, tmp_path):
    """The customer reads it in the trail: it must not look like another."""
    file = tmp_path / ODD
    file.write_bytes(SAMPLE.read_bytes())
    assert run(file).startswith("num[31m bers.csv: 20 numbers")
    event = AuditEvent.objects.get(action="number.imported")
    assert event.detail["file"] == "num[31m bers.csv"
    with pytest.raises(CommandError, match="nu‹U\\+202E›m‹U\\+001B›"):
        run(tmp_path / f"{ODD}.gone")


@pytest.mark.parametrize("is_dry", [True, False])
def test_a_name_that_is_not_utf8_is_told(contract, tmp_path, is_dry):
    """Dry, it was "1 added" and no error."""
    file = tmp_path / os.fsdecode(b"bad\xff.csv")
    file.write_bytes(SAMPLE.read_bytes())
    with pytest.raises(CommandError, match="name of the file is not UTF-8: rename it"):
        run(file, dry_run=is_dry)
    assert not GeographicNumber.objects.exists()


def test_problems_are_told_row_by_row(contract, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(HEADER + "112,A,DRS,2026-10-01,\n+3225501200,A,X,2026-10-01,\n")
    with pytest.raises(CommandError) as told:
        run(bad)
    text = str(told.value)
    assert text.startswith("bad.csv: nothing was stored.")
    assert "Row 2, number" in text
    assert "Row 3, option" in text


def test_an_encoding_of_windows_is_told(contract, tmp_path, capsys):
    file = tmp_path / "windows.csv"
    file.write_bytes((HEADER + "+3225501200,Liège,DRS,2026-10-01,\n").encode("cp1252"))
    run(file)
    assert "read as Windows-1252" in capsys.readouterr().err


@pytest.mark.parametrize("error", [DatabaseError, OSError])
def test_a_full_disk_is_a_sentence(contract, monkeypatch, error):
    def fail(*args, **options):
        raise error("could not extend file:\nNo space left on device")

    monkeypatch.setattr("numbers.services.importing.bulk_create_with_history", fail)
    with pytest.raises(CommandError, match="nothing was stored: .*No space left"):
        run()


def memory_of(*command: str) -> tuple[subprocess.CompletedProcess, float]:
    """Run a program; return it and the most memory (MB) it ever held."""
    script = (
        "import resource, subprocess, sys;"
        "r = subprocess.run(sys.argv[1:], capture_output=True, text=True);"
        "m = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss;"
        "sys.stdout.write(f'{m}\\n' + r.stdout); sys.stderr.write(r.stderr);"
        "sys.exit(r.returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command],
        env=worker_environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done, int(done.stdout.split("\n", 1)[0]) / 1024


def command(path) -> list[str]:
    return [
        sys.executable,
        "manage.py",
        "import_numbers",
        str(path),
        "--customer",
        "ACME",
        "--contract",
        "C1",
    ]


@pytest.mark.django_db(transaction=True)
def test_fifty_megabytes_stream_in_as_the_worker_under_256(contract, tmp_path):
    path = tmp_path / "big.csv"
    rows = (f"+3225{i:06d},Brussels,DRS,2026-10-01,{i:<10000}\n" for i in range(5_000))
    with path.open("w") as file:
        file.writelines(chain([HEADER], rows))
    assert 47 * MEGABYTE < path.stat().st_size < 50 * MEGABYTE
    done, megabytes = memory_of(*command(path))
    assert "5,000 numbers = 5,000 added" in done.stdout, done.stderr
    assert "100 %" in done.stderr
    assert megabytes < 256


@pytest.mark.django_db(transaction=True)
def test_half_a_million_bad_rows_stay_under_256(contract, tmp_path):
    path = tmp_path / "bad.csv"
    with path.open("w") as file:
        file.write(HEADER)
        file.writelines(f"+32255000{i % 100:02d},,,,\n" for i in range(500_000))
    done, megabytes = memory_of(*command(path))
    assert "There may be more: fix these first." in done.stderr
    assert megabytes < 256
    assert not GeographicNumber.objects.exists()


@pytest.mark.parametrize("is_dry", [True, False])
def test_a_line_alone_is_said_and_told(
    is_dry, contract, acme, admin, make_number, tmp_path
):
    namur = Site.objects.create(tenant=acme, name="Namur", slug="namur")
    day = make_number(contract, namur, "+3281223300").activated_on
    file = tmp_path / "lines.csv"
    file.write_text(
        f"number,site,option,activated_on,line\n"
        f"+3281223300,Namur,CLASSIC,{day},+32470998877\n"
    )
    told = run(file, dry_run=is_dry)
    assert "0 added + 0 changed + 1 known" in told
    assert "new main lines: Namur (+32 470 99 88 77)" in told
    assert namur.lines.exists() is not is_dry
    assert len(send_due()) == (0 if is_dry else 1)
