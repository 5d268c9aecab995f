"""Writing a batch: one transaction, each source one at a time."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from traffic.ingest import aside, locks, rows
from traffic.ingest.delivery import Outcome, sort_records
from traffic.ingest.directory import Directory, Owner
from traffic.ingest.record import Reason, Record, Refused, read_record, refuse_record
from traffic.models import IngestBatch
from vms_portal.kernel.local_time import first_of_month
from vms_portal.kernel.scoping import system_scope


class BatchConflict(Exception):
    """The batch key was used before with other content."""


def store_batch(
    delivered: Sequence[Mapping[str, Any]], *, key: str, sha256: str, now: dt.datetime
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
        outcome = store_rows(delivered, now)
        batch.answer = asdict(outcome)
        batch.save(update_fields=["answer"])
        return outcome, False


def _claim(key: str, sha256: str, now: dt.datetime) -> tuple[IngestBatch, bool]:
    return IngestBatch.objects.select_for_update().get_or_create(
        key=key, defaults={"sha256": sha256, "received_at": now}
    )


def store_rows(delivered: Sequence[Mapping[str, Any]], now: dt.datetime) -> Outcome:
    """Store delivered rows inside the caller's transaction in system scope."""
    records: list[Record] = []
    refused: list[Refused] = []
    for row in delivered:
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
    return _store(located, refused, now, len(delivered))


def _store(
    located: list[tuple[Record, Owner]],
    refused: list[Refused],
    now: dt.datetime,
    received: int,
) -> Outcome:
    locks.lock_sources({record.source for record, _owner in located})
    closed = locks.lock_months(
        {first_of_month(owner.day) for _record, owner in located}
    )
    waiting = len(located)
    located = aside.without_known(located)
    waiting -= len(located)
    keys = [record.key for record, _owner in located]
    sorting = sort_records(located, rows.stored(located), aside.conflicts(keys))
    rows.copy(sorting.fresh, closed)
    aside.move(sorting.moved, now)
    quarantined, repeated = aside.set_aside([*refused, *sorting.refused], now)
    rows.roll_up(sorting.fresh)
    return Outcome(
        received=received,
        added=len(sorting.fresh),
        known=sorting.known + repeated + waiting,
        quarantined=quarantined,
        moved=len(sorting.moved),
    )


class AlreadyStored(Exception):
    """Another content of the same call is counted already."""


def store_released(record: Record, owner: Owner) -> bool:
    """Count a record out of quarantine; return False when it is counted already.

    Runs inside the caller's transaction in system scope, the record's source
    locked. Another content stored under the same key raises ``AlreadyStored``.
    """
    month = first_of_month(owner.day)
    billed = locks.lock_months({month})
    found = rows.stored([(record, owner)]).get(record.key)
    if found is not None:
        if found.digest != str(record.digest):
            raise AlreadyStored(record.key)
        return False
    rows.copy([(record, owner)], billed)
    rows.roll_up([(record, owner)])
    return True
