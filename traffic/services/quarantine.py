"""Deciding about quarantined records: correct, dismiss or count them.

The back office may correct and dismiss. Counting writes calls, which only the
worker may: the back office asks for it, the worker does it.
"""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q

from tenants.audit import record as audit
from tenants.models import User
from traffic.ingest import schema
from traffic.ingest.delivery import REUSE
from traffic.ingest.directory import Directory, Owner
from traffic.ingest.locks import lock_sources
from traffic.ingest.quarantine import start_of
from traffic.ingest.record import (
    LINE,
    Reason,
    Record,
    Refused,
    as_row,
    latest,
    read_record,
    said,
)
from traffic.ingest.storage import AlreadyStored, store_released
from traffic.models import QuarantinedRecord
from vms_portal.kernel.data.row_security import system_scope
from vms_portal.kernel.text import clean_text
from vms_portal.kernel.work.queue import enqueue_after_commit

State = QuarantinedRecord.State
LONGEST_NOTE = 200


class NotOpen(Exception):
    """Somebody decided about the record before; it carries the record."""


class Changed(Exception):
    """Somebody corrected the record since it was read; it carries the record."""


class NoReason(Exception):
    """A record is dismissed with a reason only."""


class StillRefused(Exception):
    """The record cannot be counted; ``reason`` is the first that fits."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@transaction.atomic
def correct(
    *,
    record: int,
    content: Mapping[str, str],
    seen: Mapping[str, str],
    by: User,
    note: str,
    now: dt.datetime,
) -> QuarantinedRecord:
    """Replace fields of an open record; it stays in quarantine.

    ``seen`` is the content the person looked at: when it is no longer the stored
    one, ``Changed``. The digest stays that of the delivery, so a repeat of the
    delivery is known.
    """
    row = _lock_open(record)
    if seen != row.content:
        raise Changed(row)
    kept = {name: content[name] for name in schema.CALL.names if content.get(name)}
    changes = _changes(said(row.content), kept)
    if not changes:
        return row
    row.content = kept
    row.source = kept.get("source", "")[:40]
    row.call_id = kept.get("call_id", "")[:200]
    row.save(update_fields=["content", "source", "call_id"])
    detail = {"changes": changes, "note": clean_text(note)}
    audit.record(
        actor=by, action="quarantine.corrected", target=row, detail=detail, at=now
    )
    return row


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[str]]:
    """Return before and after of each field that differs."""
    changes = {
        name: [old.get(name, ""), new.get(name, "")]
        for name in schema.CALL.names
        if old.get(name, "") != new.get(name, "")
    }
    if LINE in old:
        # The fields were looked at: they stand for the torn line from now on.
        changes[LINE] = [old[LINE], ""]
    return changes


@transaction.atomic
def dismiss(*, record: int, by: User, note: str, now: dt.datetime) -> QuarantinedRecord:
    """Decide that an open record never counts. ``note`` says why."""
    reason = clean_text(note)
    if not reason:
        raise NoReason
    row = _resolve(_lock_open(record), State.DISMISSED, reason, now)
    audit.record(
        actor=by,
        action="quarantine.dismissed",
        target=row,
        detail={"note": row.note},
        at=now,
    )
    return row


@transaction.atomic
def request_release(
    *, record: int, by: User, note: str, now: dt.datetime
) -> QuarantinedRecord:
    """Have the worker count an open record that can be counted as it stands.

    Raises ``NotOpen``, or ``StillRefused`` with the reason.
    """
    row = _lock_open(record)
    check(row.content, now)
    enqueue_after_commit("traffic.tasks.release_quarantined", row.pk, by.pk, note)
    return row


def check(content: Mapping[str, str], now: dt.datetime) -> tuple[Record, Owner]:
    """Return the record a content makes, and whose it is, or ``StillRefused``.

    A line that was no whole row stays malformed until somebody saved its fields.
    """
    if said(content) != content or LINE in content:
        raise StillRefused(Reason.MALFORMED)
    read = read_record(as_row(content), latest(now))
    if isinstance(read, Refused):
        raise StillRefused(read.reason)
    owner = Directory([read.called]).owner(read)
    if owner is None:
        raise StillRefused(Reason.UNKNOWN_NUMBER)
    return read, owner


def release(*, record: int, by: User, note: str, now: dt.datetime) -> QuarantinedRecord:
    """Count an open record, once; its twins of a conflict are dismissed.

    For the worker: one transaction in system scope. A second release of the same
    record, or of a twin, gets ``NotOpen``; a record that cannot be counted raises
    ``StillRefused`` and stays open; ``Changed`` when it was corrected this moment.
    """
    with system_scope():
        seen = QuarantinedRecord.objects.get(pk=record)
        # Before the row: ingest holds its sources when it touches quarantine.
        lock_sources({seen.source, said(seen.content).get("source", "")})
        row, twins = _lock_with_twins(seen)
        read, owner = check(row.content, now)
        try:
            added = store_released(read, owner)
        except AlreadyStored as error:
            raise StillRefused(Reason.CONFLICT) from error
        dismissed = _dismiss_twins(row, twins, read.started_at, now)
        _resolve(row, State.RELEASED, clean_text(note), now)
        detail = {
            "note": row.note,
            "tenant": owner.tenant_id,
            "added": added,
            "dismissed": dismissed,
        }
        audit.record(
            actor=by, action="quarantine.released", target=row, detail=detail, at=now
        )
    return row


def _lock_open(record: int) -> QuarantinedRecord:
    row = QuarantinedRecord.objects.select_for_update().get(pk=record)
    if row.state != State.OPEN:
        raise NotOpen(row)
    return row


def _lock_with_twins(
    seen: QuarantinedRecord,
) -> tuple[QuarantinedRecord, list[QuarantinedRecord]]:
    """Lock an open record and what else claims to be the same call.

    All in one statement, by key: staff who decide about several go the same way.
    """
    claims = Q(
        source=seen.source,
        call_id=seen.call_id,
        reason=Reason.CONFLICT,
        state=State.OPEN,
    )
    rows = QuarantinedRecord.objects.select_for_update().order_by("pk")
    locked = list(rows.filter(claims | Q(pk=seen.pk)))
    row = next(each for each in locked if each.pk == seen.pk)
    if row.state != State.OPEN:
        raise NotOpen(row)
    if row.content != seen.content:
        # What was locked is of the call it was before.
        raise Changed(row)
    return row, [each for each in locked if each.pk != row.pk]


def _dismiss_twins(
    row: QuarantinedRecord,
    twins: list[QuarantinedRecord],
    began: dt.datetime,
    now: dt.datetime,
) -> list[int]:
    """Dismiss those of the same time; return their ids."""
    dismissed = [
        twin
        for twin in twins
        if abs((start_of(said(twin.content).get("started_at")) or began) - began)
        <= REUSE
    ]
    for twin in dismissed:
        _resolve(twin, State.DISMISSED, f"Record {row.pk} counts instead.", now)
    return [twin.pk for twin in dismissed]


def _began(row: QuarantinedRecord) -> dt.datetime | None:
    return start_of(said(row.content).get("started_at"))


def _resolve(
    row: QuarantinedRecord, state: State, note: str, now: dt.datetime
) -> QuarantinedRecord:
    row.state, row.note, row.resolved_at = state, note[:LONGEST_NOTE], now
    row.save(update_fields=["state", "note", "resolved_at"])
    return row
