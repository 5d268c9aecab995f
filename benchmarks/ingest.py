"""Taking call records in, beside a raw COPY and beside Django's own way."""

import io
import time
from typing import Any

from benchmarks import calls
from benchmarks.measure import Row, against, best_wall, report
from traffic.ingest.record import Record, read_record
from traffic.ingest.rows import COLUMNS
from traffic.ingest.storage import store_batch
from traffic.models import CallRecord
from vms_portal.kernel.scoping import system_scope

COUNT = 100_000
BATCHES = {5_000: 0.10, 50_000: 0.14}
EMPTY = (
    "TRUNCATE traffic_callrecord, traffic_contractday, traffic_ingestbatch, "
    "traffic_quarantinedrecord"
)


def empty() -> None:
    with calls.as_owner() as cursor:
        cursor.execute(EMPTY)


def ingest(rows: list[dict[str, str]], size: int, run: str) -> float:
    """Store all rows; return the seconds. Each run has batch keys of its own."""
    began = time.perf_counter()
    for start in range(0, len(rows), size):
        batch = rows[start : start + size]
        key = f"{run}/{size}/{start}"
        store_batch(batch, key=key, sha256=run, now=calls.NOW)
    return time.perf_counter() - began


def best_ingest(rows: list[dict[str, str]], size: int, times: int = 2) -> float:
    found = []
    for attempt in range(times):
        empty()
        found.append(ingest(rows, size, f"run{attempt}"))
    return min(found)


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

        def load() -> None:
            content.seek(0)
            cursor.execute("TRUNCATE bench_raw")
            cursor.copy_expert("COPY bench_raw FROM STDIN (FORMAT binary)", content)

        seconds = best_wall(load)
        cursor.execute("DROP TABLE bench_raw")
    return seconds


def objects(rows: list[dict[str, str]]) -> list[CallRecord]:
    """The same records as model instances, made before the clock starts."""
    with system_scope():
        known = CallRecord.objects.values("called", "tenant", "contract", "number")
        owners = {one["called"]: one for one in known.distinct()}
    made = []
    for row in rows:
        record = read_record(row, calls.NOW)
        assert isinstance(record, Record)
        owner = owners[record.called]
        values = {
            name: getattr(record, name)
            for name in COLUMNS
            if hasattr(record, name) and name != "legs"
        }
        made.append(
            CallRecord(
                tenant_id=owner["tenant"],
                contract_id=owner["contract"],
                number_id=owner["number"],
                **values,
            )
        )
    return made


def bulk_create(made: list[CallRecord]) -> float:
    def load() -> None:
        empty()
        for one in made:
            one.pk = None
        with system_scope():
            CallRecord.objects.bulk_create(
                made, batch_size=5_000, ignore_conflicts=True
            )

    return best_wall(load, times=2)


def main() -> None:
    rows = calls.records(calls.make_customer(), COUNT)
    seconds = {size: best_ingest(rows, size) for size in BATCHES}
    again = ingest(rows, 5_000, "replay")
    copied, made = raw_copy(), objects(rows)
    slow = bulk_create(made)
    found: list[Row] = []
    for size, target in BATCHES.items():
        found.append(
            against(
                f"ingest in batches of {size:,}, vs raw COPY",
                f"{COUNT / seconds[size]:,.0f}/s",
                f"{COUNT / copied:,.0f}/s",
                copied / seconds[size],
                target,
            )
        )
    best = min(seconds.values())
    fast = f"{COUNT / best:,.0f}/s"
    theirs = f"{COUNT / slow:,.0f}/s"
    found.append(against("ingest vs bulk_create", fast, theirs, slow / best, 4))
    first = f"{COUNT / seconds[5_000]:,.0f}/s"
    repeat = f"{COUNT / again:,.0f}/s"
    ratio = seconds[5_000] / again
    found.append(against("100 % replay vs first load", repeat, first, ratio, 1))
    report(found)
