"""One delivered record: text fields to checked values, or the reason it cannot be.

Every record passes here, so what repeats from record to record (source, number,
destination) is checked once, and a record keeps its values as the text COPY takes.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from traffic.models import Outcome, QuarantinedRecord, Treatment

Reason = QuarantinedRecord.Reason

REQUIRED = (
    "source", "call_id", "called", "caller", "started_at", "answered_at", "ended_at",
    "treatment", "outcome", "destination", "plan_version",
)  # fmt: skip
FIELDS = (*REQUIRED, "ringing_at", "legs")
# The order in which ``Record.text`` has the values.
VALUES = (
    "source", "call_id", "called", "caller", "started_at", "ringing_at", "answered_at",
    "ended_at", "treatment", "outcome", "destination", "plan_version", "legs",
)  # fmt: skip
# Between values of a text: no value can hold it.
SEPARATOR = "\x1f"
# A missing value in a text. No value but a name can be this word.
ABSENT = "None"
EARLIEST = "2020-01-01 00:00:00+00:00"
TOLERANCE = dt.timedelta(minutes=5)
LONGEST_TEXT = 2_000
LONGEST_LINE = 100_000
LONGEST_LEGS = 60_000
REMEMBERED = 20_000

# A delivered row: its fields as text, in the order of FIELDS.
Row = tuple[str, ...]
# Where a quarantined record keeps the line of a file that was no whole row.
LINE = "line"
# The source and the call's identification by it.
Key = tuple[str, str]

_CALLED = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_CALLER = re.compile(r"(\+[0-9]{7,15})?", re.ASCII)
_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]+")
_DESTINATION = re.compile(
    r"(line|\+[1-9][0-9]{6,14}|(site|queue|voicemail|announcement):"
    r"[^\x00-\x20\x7f\ud800-\udfff][^\x00-\x1f\x7f\ud800-\udfff]*)?"
)
_VERSION = re.compile(r"[0-9]{0,9}", re.ASCII)
_is_name, _is_caller = _NAME.fullmatch, _CALLER.fullmatch
_TREATMENTS, _OUTCOMES = frozenset(Treatment.values), frozenset(Outcome.values)


class Malformed(ValueError):
    """A field does not have its shape."""


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
    outcome: str
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


def as_row(delivered: Mapping[str, Any]) -> Row:
    """Return a delivered record (text, numbers, or a list for ``legs``) as a row.

    Unknown fields are ignored and a missing one counts as empty.
    """
    return tuple(_text(delivered.get(name)) for name in FIELDS)


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
        digest=_digest(text),
        content=shown,
    )


def _content(row: Row) -> Mapping[str, str]:
    return {name: text for name, text in zip(FIELDS, row, strict=True) if text}


def _parse(row: Row, limit: str) -> tuple[Record, bool]:
    (
        source, call_id, called, caller, started, answered, ended, treatment, outcome,
        destination, version, ringing, legs,
    ) = row  # fmt: skip
    _source(source)
    _called(called)
    if (
        len(call_id) > 200
        or not _is_name(call_id)
        or not _is_caller(caller)
        or treatment not in _TREATMENTS
        or outcome not in _OUTCOMES
    ):
        raise Malformed
    started = last = _instant(started)
    is_possible = started >= EARLIEST
    if ringing:
        ringing = _instant(ringing)
        is_possible &= last <= ringing
        last = ringing
    if answered:
        answered = _instant(answered)
        is_possible &= last <= answered
        last = answered
    if ended:
        ended = _instant(ended)
        is_possible &= last <= ended
        last = ended
    text = SEPARATOR.join((
        source, call_id, called, caller, started, ringing or ABSENT,
        answered or ABSENT, ended or ABSENT, treatment, outcome,
        _destination(destination), _version(version), _legs(legs) if legs else ABSENT,
    ))  # fmt: skip
    key = source, call_id
    record = Record(key, called, started, treatment, outcome, text, _digest(text), row)
    return record, is_possible and last <= limit


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


def _digest(text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=16).hexdigest()


def _match(shape: re.Pattern[str], text: str, longest: int) -> str:
    if len(text) > longest or not shape.fullmatch(text):
        raise Malformed
    return text


@lru_cache(REMEMBERED)
def _source(text: str) -> str:
    return _match(_NAME, text, 40)


@lru_cache(REMEMBERED)
def _called(text: str) -> str:
    return _match(_CALLED, text, 16)


@lru_cache(REMEMBERED)
def _destination(text: str) -> str:
    return _match(_DESTINATION, text, 200)


@lru_cache(REMEMBERED)
def _version(text: str) -> str:
    return str(int(_match(_VERSION, text, 9))) if text else ABSENT


def _instant(text: str) -> str:
    """Return an instant in UTC as ``2026-10-01 07:00:00+00:00``."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Malformed from None
    if (
        len(text) == 20 and text[7] == "-" and text[10] == "T" and text[16] == ":"
        and text[19] == "Z"
    ):  # fmt: skip
        # By far the most frequent spelling, and writing an instant is slow.
        return f"{text[:10]} {text[11:19]}+00:00"
    if moment.tzinfo is None:
        raise Malformed
    try:
        return str(moment.astimezone(dt.UTC))
    except OverflowError:
        raise Malformed from None


def _legs(text: str) -> str:
    """Return the timeline as canonical JSON: a list of objects."""
    if len(text) > LONGEST_LEGS or "\\u0000" in text:
        raise Malformed
    try:
        legs = json.loads(text)
        if not isinstance(legs, list) or not all(isinstance(leg, dict) for leg in legs):
            raise Malformed
        # Half a surrogate pair is valid JSON, but no text that can be stored.
        json.dumps(legs, ensure_ascii=False).encode()
        return json.dumps(legs, sort_keys=True, allow_nan=False)
    except (ValueError, RecursionError):
        raise Malformed from None
