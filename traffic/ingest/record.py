"""One delivered record: text fields to checked values, or the reason it cannot be.

Every record passes here, so it keeps its values as the text that COPY takes, and
many are read at once, field by field: one by one each would take twice as long.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from operator import le
from typing import Any, NamedTuple

import msgspec

from traffic.ingest import schema
from traffic.ingest.schema import ABSENT, Malformed, digest_of
from traffic.models import QuarantinedRecord

Reason = QuarantinedRecord.Reason

EARLIEST = "2020-01-01 00:00:00+00:00"
TOLERANCE = dt.timedelta(minutes=5)
LONGEST_TEXT = 2_000
LONGEST_LINE = 100_000

# A delivered row: its fields as text, in the order of the schema.
Row = tuple[str, ...]
# Where a quarantined record keeps the line of a file that was no whole row.
LINE = "line"
# The source and the call's identification by it.
Key = tuple[str, str]


class TornRow(NamedTuple):
    """A line of a file that is no whole row: its fields as far as they can be told."""

    row: Row
    line: str


class Record(msgspec.Struct, frozen=True, gc=False):
    """A well-formed record.

    ``text`` is all its values, normalised; ``digest`` identifies them. ``started``
    is in UTC, written so that the order of texts is that of the instants. ``row``
    is the record as delivered.
    """

    key: Key
    called: str
    started: str
    treatment: str
    text: str
    digest: str
    row: Row

    @property
    def started_at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.started)


class Refused(msgspec.Struct, frozen=True):
    """A record for quarantine, with what could be read of its key."""

    reason: Reason
    source: str
    call_id: str
    digest: str
    content: Mapping[str, str]


def said(content: Any) -> dict[str, str]:
    """Return what a record set aside says, by name; what has no names, as one line.

    SQL as the network may write any JSON: it is shown, and ends no list.
    """
    if not isinstance(content, dict):
        return {LINE: str(content)}
    return {name: str(value) for name, value in content.items()}


def as_row(delivered: Mapping[str, Any]) -> Row:
    """Return a delivered record (text, numbers, or lists) as a row.

    Unknown fields are ignored and a missing one counts as empty.
    """
    return tuple(_text(delivered.get(name)) for name in schema.CALL.names)


def latest(now: dt.datetime) -> str:
    """The latest instant a record may have, comparable with those of records."""
    return str((now + TOLERANCE).astimezone(dt.UTC))


def read_records(rows: Sequence[Row], limit: str) -> Iterator[Record | Refused]:
    """Yield the records, or why one is malformed or has an impossible time.

    ``limit`` is the latest instant they may have.
    """
    try:
        columns = schema.CALL.columns(rows) if rows else ()
    except Malformed:
        columns = ()
    if columns and _are_possible(schema.CALL.moments(columns), limit):
        yield from _records(columns, rows)
    elif len(rows) > 1:
        for row in rows:
            yield from read_records([row], limit)
    elif columns:
        (record,) = _records(columns, rows)
        yield refuse_record(record, Reason.BAD_TIME)
    elif rows:
        yield _refuse_malformed(rows[0])


def read_record(row: Row, limit: str) -> Record | Refused:
    """Return the one record, or why it is refused, as ``read_records`` does."""
    return next(read_records([row], limit))


def refuse_record(record: Record, reason: Reason) -> Refused:
    return Refused(reason, *record.key, record.digest, _content(record.row))


def refuse_torn(torn: TornRow) -> Refused:
    """Return a line that is no whole row: what it lacks may be what matters."""
    return _refuse_malformed(torn.row, **{LINE: torn.line})


def _refuse_malformed(row: Row, **more: str) -> Refused:
    """Return an unreadable record with a digest of its text and a clean copy."""
    content = {**_content(row), **more}
    text = json.dumps(content, sort_keys=True)
    shown = {
        name: _printable(value)[: LONGEST_LINE if name == LINE else LONGEST_TEXT]
        for name, value in content.items()
    }
    return Refused(
        reason=Reason.MALFORMED,
        source=shown.get("source", "")[:40],
        call_id=shown.get("call_id", "")[:200],
        digest=digest_of(text),
        content=shown,
    )


def _content(row: Row) -> Mapping[str, str]:
    return {
        name: text for name, text in zip(schema.CALL.names, row, strict=True) if text
    }


def _are_possible(moments: Sequence[Sequence[str]], limit: str) -> bool:
    """Tell whether the instants of each row are in order, and all in range."""
    first, *others = moments
    last = first
    for column in others:
        # Where a row has no such instant its last one stands for it.
        following = [
            before if moment is ABSENT else moment
            for before, moment in zip(last, column, strict=True)
        ]
        if not all(map(le, last, following)):
            return False
        last = following
    return min(first) >= EARLIEST and max(last) <= limit


def _records(columns: Sequence[Sequence[str]], rows: Sequence[Row]) -> Iterator[Record]:
    source, call_id, *others = schema.CALL.about(columns)
    texts, digests = schema.CALL.texts_and_digests(columns)
    keys = zip(source, call_id, strict=True)
    return map(Record, keys, *others, texts, digests, rows)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if not value:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, sort_keys=True)
    return str(value)


def _printable(text: str) -> str:
    """Replace what PostgreSQL cannot store in text."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
