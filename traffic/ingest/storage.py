"""Writing a batch: one transaction, each source one at a time."""

import datetime as dt
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import connection

from traffic.ingest.delivery import Key, Outcome, Sorting, Stored, sort_records
from traffic.ingest.directory import Directory, Owner
from traffic.ingest.record import Reason, Record, Refused, read_record, refuse_record
from traffic.models import IngestBatch, Period, QuarantinedRecord
from vms_portal.kernel.local_time import first_of_month, midnight, next_month
from vms_portal.kernel.scoping import system_scope

COLUMNS = (
    "tenant_id", "number_id", "contract_id", "source", "call_id", "called", "caller",
    "started_at", "ringing_at", "answered_at", "ended_at", "treatment", "outcome",
    "destination", "plan_version", "legs", "is_late", "digest",
)  # fmt: skip
# A source does not reuse a call id within this time.
REUSE = dt.timedelta(days=62)


class BatchConflict(Exception):
    """The batch key was used before with other content."""


def store_batch(
    rows: Sequence[Mapping[str, Any]], *, key: str, sha256: str, now: dt.datetime
) -> tuple[Outcome, bool]:
    """Store a delivery; return what became of it and whether it was a repeat.

    The same key and hash give the stored answer; the same key with another hash
    raises ``BatchConflict``. Two processes with one key take turns.
    """
    with system_scope():
        batch, created = _claim(key, sha256, now)
        if not created:
            if batch.sha256 != sha256:
                raise BatchConflict(key)
            return Outcome(**(batch.answer or {})), True
        outcome = store_rows(rows, now)
        batch.answer = asdict(outcome)
        batch.save(update_fields=["answer"])
        return outcome, False


def _claim(key: str, sha256: str, now: dt.datetime) -> tuple[IngestBatch, bool]:
    return IngestBatch.objects.select_for_update().get_or_create(
        key=key, defaults={"sha256": sha256, "received_at": now}
    )


def store_rows(rows: Sequence[Mapping[str, Any]], now: dt.datetime) -> Outcome:
    """Store delivered rows inside the caller's transaction in system scope."""
    records: list[Record] = []
    refused: list[Refused] = []
    for row in rows:
        read = read_record(row, now)
        (records if isinstance(read, Record) else refused).append(read)  # type: ignore[arg-type]
    directory = Directory(record.called for record in records)
    located: list[tuple[Record, Owner]] = []
    for record in records:
        owner = directory.owner(record.called, record.started_at)
        if owner is None:
            refused.append(refuse_record(record, Reason.UNKNOWN_NUMBER))
        else:
            located.append((record, owner))
    return _store(located, refused, now, len(rows))


def _store(
    located: list[tuple[Record, Owner]],
    refused: list[Refused],
    now: dt.datetime,
    received: int,
) -> Outcome:
    _lock_sources({record.source for record, _owner in located})
    closed = _lock_months({first_of_month(owner.day) for _record, owner in located})
    waiting = len(located)
    located = _without_quarantined(located)
    waiting -= len(located)
    keys = [record.key for record, _owner in located]
    sorting = sort_records(located, _stored(located), _conflicts(keys))
    _copy(sorting, closed)
    _move(sorting.moved, now)
    quarantined, repeated = _quarantine([*refused, *sorting.refused], now)
    _roll_up(sorting.fresh)
    return Outcome(
        received=received,
        added=len(sorting.fresh),
        known=sorting.known + repeated + waiting,
        quarantined=quarantined,
        moved=len(sorting.moved),
    )


def _lock_sources(sources: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for source in sorted(sources):
            cursor.execute("SELECT pg_advisory_xact_lock(7263, hashtext(%s))", [source])


def _lock_months(months: Iterable[dt.date]) -> set[dt.date]:
    """Make the months' partitions, lock their periods; return those already billed.

    A month being closed counts as closed: its usage is frozen already.
    """
    closed = set()
    with connection.cursor() as cursor:
        for month in sorted(months):
            cursor.execute("SELECT traffic_make_partition(%s)", [month])
            cursor.execute(
                "INSERT INTO traffic_period (month, state) VALUES (%s, 'open') "
                "ON CONFLICT DO NOTHING",
                [month],
            )
            cursor.execute(
                "SELECT state FROM traffic_period WHERE month = %s FOR SHARE", [month]
            )
            (state,) = cursor.fetchone()
            if state != Period.State.OPEN:
                closed.add(month)
    return closed


def _stored(located: Sequence[tuple[Record, Owner]]) -> dict[Key, Stored]:
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


def _conflicts(keys: Sequence[Key]) -> set[Key]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT q.source, q.call_id "
            "FROM unnest(%s::text[], %s::text[]) AS k (source, call_id) "
            "JOIN traffic_quarantinedrecord q USING (source, call_id) "
            "WHERE q.reason = 'conflict' AND q.state = 'open'",
            [[source for source, _id in keys], [call_id for _source, call_id in keys]],
        )
        return set(cursor.fetchall())


def _copy(sorting: Sorting, closed: set[dt.date]) -> None:
    """COPY into the months' own tables: the parent refuses it under row security."""
    leaves: dict[dt.date, io.StringIO] = {}
    for record, owner in sorting.fresh:
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


def _move(stored: Sequence[Stored], now: dt.datetime) -> None:
    """Take conflicting records out of the calls and of their day's sum."""
    for twin in stored:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM traffic_callrecord WHERE id = %s AND started_at = %s "
                "RETURNING tenant_id, contract_id, treatment, outcome, digest::text, "
                "(started_at AT TIME ZONE 'Europe/Brussels')::date, source, call_id, "
                "called, caller, started_at, ringing_at, answered_at, ended_at, "
                "destination, plan_version, legs",
                [twin.id, twin.started_at],
            )
            row = cursor.fetchone()
            tenant, contract, treatment, outcome, digest, day = row[:6]
            cursor.execute(
                "UPDATE traffic_contractday SET calls = calls - 1 WHERE tenant_id = %s "
                "AND contract_id = %s AND day = %s AND treatment = %s "
                "AND outcome = %s",
                [tenant, contract, day, treatment, outcome],
            )
        QuarantinedRecord.objects.create(
            source=row[6], call_id=row[7], digest=digest,
            reason=Reason.CONFLICT, received_at=now,
            content=_content(row, treatment, outcome),
        )  # fmt: skip


def _content(row: Sequence[Any], treatment: str, outcome: str) -> dict[str, str]:
    names = (
        "source", "call_id", "called", "caller", "started_at", "ringing_at",
        "answered_at", "ended_at", "destination", "plan_version", "legs",
    )  # fmt: skip
    values = dict(zip(names, row[6:], strict=True))
    values |= {"treatment": treatment, "outcome": outcome}
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else str(value)
        for name, value in values.items()
        if value not in (None, "")
    }


def _quarantine(refused: Sequence[Refused], now: dt.datetime) -> tuple[int, int]:
    """Keep each content once; return how many are new and how many were known."""
    if not refused:
        return 0, 0
    rows = sorted(refused, key=lambda item: item.digest)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO traffic_quarantinedrecord (source, call_id, digest, reason, "
            "content, received_at, state, note) SELECT *, %s, 'open', '' FROM "
            "unnest(%s::text[], %s::text[], %s::uuid[], %s::text[], %s::jsonb[]) "
            "ON CONFLICT (digest) DO NOTHING",
            [
                now,
                [item.source for item in rows],
                [item.call_id for item in rows],
                [str(item.digest) for item in rows],
                [str(item.reason) for item in rows],
                [json.dumps(dict(item.content)) for item in rows],
            ],
        )
        return cursor.rowcount, len(refused) - cursor.rowcount


def _without_quarantined(
    located: Sequence[tuple[Record, Owner]],
) -> list[tuple[Record, Owner]]:
    """Leave out contents that already wait in quarantine: they are known."""
    digests = [str(record.digest) for record, _owner in located]
    waiting = set(
        QuarantinedRecord.objects.filter(digest__in=digests)
        .exclude(state=QuarantinedRecord.State.RELEASED)
        .values_list("digest", flat=True)
    )
    return [pair for pair in located if pair[0].digest not in waiting]


def _roll_up(fresh: Iterable[tuple[Record, Owner]]) -> None:
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


def month_bounds(month: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return the UTC instants between which calls belong to ``month``."""
    return midnight(month), midnight(next_month(month))
