"""The calls themselves, and the sums of their contracts and days."""

import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import connection

from traffic.ingest.delivery import Key, Stored
from traffic.ingest.directory import Owner
from traffic.ingest.record import Record
from vms_portal.kernel.local_time import first_of_month

COLUMNS = (
    "tenant_id", "number_id", "contract_id", "source", "call_id", "called", "caller",
    "started_at", "ringing_at", "answered_at", "ended_at", "treatment", "outcome",
    "destination", "plan_version", "legs", "is_late", "digest",
)  # fmt: skip
# A source does not reuse a call id within this time.
REUSE = dt.timedelta(days=62)


def stored(located: Sequence[tuple[Record, Owner]]) -> dict[Key, Stored]:
    """Find records of the same keys in this, the previous and the next months."""
    if not located:
        return {}
    starts = [record.started_at for record, _owner in located]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.source, r.call_id, r.id, r.digest::text, r.started_at "
            "FROM unnest(%s::text[], %s::text[]) AS k (source, call_id) "
            "JOIN traffic_callrecord r USING (source, call_id) "
            "WHERE r.started_at BETWEEN %s AND %s",
            [
                [record.source for record, _owner in located],
                [record.call_id for record, _owner in located],
                min(starts) - REUSE,
                max(starts) + REUSE,
            ],
        )
        return {
            (source, call_id): Stored(pk, digest, started_at)
            for source, call_id, pk, digest, started_at in cursor.fetchall()
        }


def copy(fresh: Iterable[tuple[Record, Owner]], closed: set[dt.date]) -> None:
    """COPY into the months' own tables: the parent refuses it under row security."""
    leaves: dict[dt.date, io.StringIO] = {}
    for record, owner in fresh:
        month = first_of_month(owner.day)
        buffer = leaves.setdefault(month, io.StringIO())
        buffer.write(_copy_line(record, owner, month in closed))
    with connection.cursor() as cursor:
        for month, buffer in sorted(leaves.items()):
            buffer.seek(0)
            cursor.copy_expert(
                f"COPY traffic_callrecord_{month:%Y_%m} ({', '.join(COLUMNS)}) "
                "FROM STDIN",
                buffer,
            )


def _copy_line(record: Record, owner: Owner, is_late: bool) -> str:
    values = (
        owner.tenant_id, owner.number_id, owner.contract_id, record.source,
        record.call_id, record.called, record.caller, record.started_at,
        record.ringing_at, record.answered_at, record.ended_at, record.treatment,
        record.outcome, record.destination, record.plan_version, record.legs,
        is_late, record.digest,
    )  # fmt: skip
    return "\t".join(_copy_text(value) for value in values) + "\n"


def _copy_text(value: object) -> str:
    if value is None:
        return r"\N"
    text = str(value)
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def roll_up(fresh: Iterable[tuple[Record, Owner]]) -> None:
    """Add the calls to the sums of their contract and Brussels day."""
    sums = Counter(
        (
            owner.tenant_id,
            owner.contract_id,
            owner.day,
            record.treatment,
            record.outcome,
        )
        for record, owner in fresh
    )
    if not sums:
        return
    rows = [(*key, count) for key, count in sorted(sums.items())]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO traffic_contractday "
            "(tenant_id, contract_id, day, treatment, outcome, calls) "
            "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::date[], "
            "%s::text[], %s::text[], %s::int[]) "
            "ON CONFLICT ON CONSTRAINT traffic_contractday_once "
            "DO UPDATE SET calls = traffic_contractday.calls + excluded.calls",
            [list(column) for column in zip(*rows, strict=True)],
        )
