"""Writing a batch: one transaction, each source one at a time."""

import datetime as dt

from django.db import OperationalError, connection

from traffic.ingest import call_rows, locks, quarantine
from traffic.ingest.delivery import Added, Delivery, IngestResult, Located, sort_records
from traffic.ingest.directory import Directory, Owner
from traffic.ingest.record import Reason, Record, Refused, refuse_record
from traffic.models import IngestBatch
from vms_portal.kernel.data.locks import is_deadlock
from vms_portal.kernel.data.row_security import system_scope

# Two batches may each hold a sum that the other needs, when records of theirs move
# to quarantine. The database ends one of them; more often is no coincidence.
MOST_TIMES = 3


class BatchConflict(Exception):
    """The batch key was used before with other content."""


def store_batch(
    delivery: Delivery,
    *,
    key: str,
    sha256: str,
    now: dt.datetime,
    added: Added | None = None,
) -> tuple[IngestResult, bool]:
    """Store a delivery; return what became of it and whether it was a repeat.

    The same key and hash give the stored answer; the same key with another hash
    raises ``BatchConflict``. Two processes with one key take turns. ``added`` is
    shared by the batches of one load.
    """
    added = added or Added()
    outcome, repeated = _store_in_time(delivery, key, sha256, now, added)
    if not repeated:
        added.keep()
    return outcome, repeated


def _store_in_time(
    delivery: Delivery, key: str, sha256: str, now: dt.datetime, added: Added
) -> tuple[IngestResult, bool]:
    """Store a delivery, again when a deadlock ended it."""
    for _time in range(MOST_TIMES - 1):
        try:
            return _store_batch(delivery, key, sha256, now, added)
        except OperationalError as error:
            # Inside somebody's transaction there is nothing left to try it in.
            if not is_deadlock(error) or connection.in_atomic_block:
                raise
    return _store_batch(delivery, key, sha256, now, added)


def _store_batch(
    delivery: Delivery, key: str, sha256: str, now: dt.datetime, added: Added
) -> tuple[IngestResult, bool]:
    with system_scope():
        batch, created = _claim(key, sha256, now)
        if not created:
            if batch.sha256 != sha256:
                raise BatchConflict(key)
            return IngestResult(**(batch.answer or {})), True
        outcome = store_delivery(delivery, now, added)
        batch.answer = outcome.answer()
        batch.save(update_fields=["answer"])
        return outcome, False


def _claim(key: str, sha256: str, now: dt.datetime) -> tuple[IngestBatch, bool]:
    return IngestBatch.objects.select_for_update().get_or_create(
        key=key, defaults={"sha256": sha256, "received_at": now}
    )


def store_delivery(delivery: Delivery, now: dt.datetime, added: Added) -> IngestResult:
    """Store a delivery inside the caller's transaction in system scope."""
    refused, located = list(delivery.refused), list[Located]()
    directory = Directory(record.called for record in delivery.records)
    owners = directory.owners(delivery.records)
    for record, owner in zip(delivery.records, owners, strict=True):
        if owner is None:
            refused.append(refuse_record(record, Reason.UNKNOWN_NUMBER))
        else:
            located.append((record, owner))
    return _store(located, refused, now, added)


def _store(
    located: list[Located], refused: list[Refused], now: dt.datetime, added: Added
) -> IngestResult:
    locks.lock_sources({record.key[0] for record, _owner in located})
    closed = locks.lock_months({owner.month for _record, owner in located})
    waiting = quarantine.known([record for record, _owner in located])
    new = [pair for pair in located if pair[0].digest not in waiting]
    keys = list(dict.fromkeys([record.key for record, _owner in new]))
    conflicts = quarantine.conflicts(keys)
    sorting = sort_records(new, call_rows.stored(new, keys), conflicts)
    call_rows.copy(sorting.fresh, closed)
    quarantine.move(sorting.moved, now)
    quarantined, repeated = quarantine.set_aside([*refused, *sorting.refused], now)
    call_rows.roll_up(sorting.fresh)
    added.note(sorting.fresh)
    return IngestResult(
        received=len(located) + len(refused),
        added=len(sorting.fresh),
        known=sorting.known + repeated + len(located) - len(new),
        quarantined=quarantined,
        moved=len(sorting.moved),
        retracted=added.count(sorting.moved),
    )


class AlreadyStored(Exception):
    """Another content of the same call is counted already."""


def store_released(record: Record, owner: Owner) -> bool:
    """Count a record out of quarantine; return False when it is counted already.

    Runs inside the caller's transaction in system scope, the record's source
    locked. Another content stored under the same key raises ``AlreadyStored``.
    """
    billed = locks.lock_months({owner.month})
    twins = call_rows.stored([(record, owner)], [record.key]).get(record.key)
    if twins:
        if any(twin.digest != record.digest for twin in twins):
            raise AlreadyStored(record.key)
        return False
    call_rows.copy([(record, owner)], billed)
    call_rows.roll_up([(record, owner)])
    return True
