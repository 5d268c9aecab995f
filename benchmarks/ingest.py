"""Taking call records in, beside a raw COPY and beside Django's own way.

From the file to the commit, as ``import_call_records`` does it: reading, checking,
the look for repeats, the calls and the sums. The baselines start from rows that are
ready: the raw COPY's are binary already, the instances of ``bulk_create`` made.
"""

import csv
import datetime as dt
import io
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import calls
from benchmarks.measure import Row, against, report
from traffic.ingest.load import load_file
from traffic.models import CallRecord
from vms_portal.kernel.data.row_security import system_scope

COUNT, OBJECTS = 200_000, 50_000
BATCHES = {5_000: 0.10, 50_000: 0.14}
INSTANTS = "started_at", "answered_at", "ended_at"
DELIVERIES = "traffic_ingestbatch"
EVERYTHING = (
    f"traffic_callrecord, traffic_contractday, traffic_quarantinedrecord, {DELIVERIES}"
)


def empty(tables: str = EVERYTHING) -> None:
    with calls.as_owner() as cursor:
        cursor.execute(f"TRUNCATE {tables}")


def write(rows: list[dict[str, str]], path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def ingest(path: Path, size: int, added: int) -> float:
    """Load the file; return the seconds. ``added`` is what it must add."""
    began = time.perf_counter()
    loaded = sum(
        outcome.added for outcome, _ in load_file(path, batch=size, now=calls.NOW)
    )
    seconds = time.perf_counter() - began
    assert loaded == added, f"{loaded} records added instead of {added}"
    return seconds


def first_load(path: Path, size: int) -> float:
    empty()
    return ingest(path, size, COUNT)


def replay(path: Path, size: int) -> float:
    """Every record once more, in deliveries that are not known as repeats."""
    empty(DELIVERIES)
    return ingest(path, size, 0)


def leaf(cursor: Any) -> str:
    """The table that holds October, whatever it is called."""
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid "
        "WHERE i.inhparent = 'traffic_callrecord'::regclass "
        "ORDER BY pg_relation_size(c.oid) DESC LIMIT 1"
    )
    return cursor.fetchone()[0]


def raw_copy() -> float:
    """Binary COPY of the stored rows into a table without index, at its best."""
    with calls.as_owner() as cursor:
        source, content = leaf(cursor), io.BytesIO()
        cursor.copy_expert(f"COPY {source} TO STDOUT (FORMAT binary)", content)
        cursor.execute(f"CREATE TABLE IF NOT EXISTS bench_raw (LIKE {source})")

        def load() -> float:
            content.seek(0)
            cursor.execute("TRUNCATE bench_raw")
            began = time.perf_counter()
            cursor.copy_expert("COPY bench_raw FROM STDIN (FORMAT binary)", content)
            return time.perf_counter() - began

        seconds = min(load() for _ in range(5))
        cursor.execute("DROP TABLE bench_raw")
    return seconds


def objects(rows: list[dict[str, str]]) -> list[CallRecord]:
    """The same records as model instances, made before the clock starts."""
    with system_scope():
        stored = CallRecord.objects.filter(called__in={row["called"] for row in rows})
        owners = {
            called: {"tenant_id": tenant, "contract_id": contract, "number_id": number}
            for called, tenant, contract, number in stored.values_list(
                "called", "tenant", "contract", "number"
            ).distinct()
        }
        digests = dict(CallRecord.objects.values_list("call_id", "digest"))
    return [
        CallRecord(
            **owners[row["called"]],
            **{name: text for name, text in row.items() if name not in INSTANTS},
            **{
                name: dt.datetime.fromisoformat(row[name]) if row[name] else None
                for name in INSTANTS
            },
            digest=digests[row["call_id"]],
        )
        for row in rows
    ]


def bulk_create(made: list[CallRecord]) -> float:
    def load() -> float:
        empty()
        for one in made:
            one.pk = None
        began = time.perf_counter()
        with system_scope():
            CallRecord.objects.bulk_create(
                made, batch_size=5_000, ignore_conflicts=True
            )
        return time.perf_counter() - began

    return min(load() for _ in range(2))


def measured(path: Path, rows: list[dict[str, str]]) -> list[Row]:
    """Rates in records a second, each the best of two runs."""
    first, again = {}, {}
    for size in BATCHES:
        first[size] = COUNT / min(first_load(path, size) for _ in range(2))
        again[size] = COUNT / min(replay(path, size) for _ in range(2))
    copied, made = COUNT / raw_copy(), objects(rows[:OBJECTS])
    slow = OBJECTS / bulk_create(made)
    return [
        *(
            _row(f"ingest in batches of {size:,}, vs raw COPY", rate, copied, target)
            for (size, target), rate in zip(
                BATCHES.items(), first.values(), strict=True
            )
        ),
        _row("ingest vs bulk_create", max(first.values()), slow, 4),
        *(
            _row(f"100 % replay in batches of {size:,}", again[size], first[size], 1)
            for size in BATCHES
        ),
    ]


def _row(metric: str, rate: float, baseline: float, target: float) -> Row:
    ratio = rate / baseline
    return against(metric, f"{rate:,.0f}/s", f"{baseline:,.0f}/s", ratio, target)


def main() -> None:
    rows = calls.records(calls.make_customer(), COUNT)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "calls.csv"
        write(rows, path)
        report(measured(path, rows))
