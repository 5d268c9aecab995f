"""One delivered record: text fields to checked values, or the reason it cannot be.

Every record passes here, so it keeps its values as the text that COPY takes.
"""

import datetime as dt
import json
from collections.abc import Mapping
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


def read_record(row: Row, limit: str) -> Record | Refused:
    """Return the record, or why it is malformed or has an impossible time.

    ``limit`` is the latest instant it may have.
    """
    try:
        record, is_possible = _parse(row, limit)
    except Malformed:
        return _refuse_malformed(row)
    return record if is_possible else refuse_record(record, Reason.BAD_TIME)


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


def _parse(row: Row, limit: str) -> tuple[Record, bool]:
    call = schema.CALL
    values = [parse(text) for parse, text in zip(call.parsers, row, strict=True)]
    source, call_id, called, started, treatment = call.about(values)
    moments = [moment for moment in call.moments(values) if moment is not ABSENT]
    is_possible = started >= EARLIEST and moments[-1] <= limit
    text, digest = call.text_and_digest(values)
    record = Record((source, call_id), called, started, treatment, text, digest, row)
    return record, is_possible and moments == sorted(moments)


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
