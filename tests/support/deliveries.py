"""Deliveries of call records: rows, files, and the command that takes them in."""

import csv
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.support.october import NOW, SAMPLE
from traffic.ingest.record import Record, as_row, latest, read_record


def load(path: Path = SAMPLE, **options) -> str:
    out: list[str] = []

    class Stdout:
        def write(self, text, *args, **kwargs):
            out.append(text)

    call_command(
        "import_call_records",
        str(path),
        now=NOW,
        verbosity=0,
        stdout=Stdout(),
        **options,
    )
    return "".join(out)


def row(**changes) -> dict[str, str]:
    values = {
        "source": "edge-1",
        "call_id": "one",
        "called": "+3225501200",
        "caller": "",
        "started_at": "2026-10-10T09:00:00Z",
        "answered_at": "",
        "ended_at": "",
        "treatment": "rerouted",
        "outcome": "busy",
        "destination": "line",
        "plan_version": "1",
    }
    return {**values, **changes}


def read(**changes) -> Record:
    record = read_record(as_row(row(**changes)), latest(NOW))
    assert isinstance(record, Record)
    return record


@pytest.fixture
def write(tmp_path):
    def write_rows(*rows, encoding="utf-8", delimiter=",") -> Path:
        file = tmp_path / f"calls-{len(list(tmp_path.iterdir()))}.csv"
        with file.open("w", newline="", encoding=encoding) as out:
            writer = csv.DictWriter(out, rows[0].keys(), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        return file

    return write_rows
