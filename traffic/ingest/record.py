"""One delivered record: text fields to checked values, or the reason it cannot be."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from traffic.models import Outcome, QuarantinedRecord, Treatment

Reason = QuarantinedRecord.Reason

REQUIRED = (
    "source", "call_id", "called", "caller", "started_at", "answered_at", "ended_at",
    "treatment", "outcome", "destination", "plan_version",
)  # fmt: skip
FIELDS = (*REQUIRED, "ringing_at", "legs")
EARLIEST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
TOLERANCE = dt.timedelta(minutes=5)
LONGEST_TEXT = 2_000
LONGEST_LEGS = 60_000

_CALLED = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_CALLER = re.compile(r"(\+[0-9]{7,15})?", re.ASCII)
_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]+")
_DESTINATION = re.compile(
    r"(line|\+[1-9][0-9]{6,14}|(site|queue|voicemail|announcement):"
    r"[^\x00-\x20\x7f\ud800-\udfff][^\x00-\x1f\x7f\ud800-\udfff]*)?"
)
_VERSION = re.compile(r"[0-9]{0,9}", re.ASCII)
_TREATMENTS, _OUTCOMES = frozenset(Treatment.values), frozenset(Outcome.values)


class Malformed(ValueError):
    """A field does not have its shape."""


@dataclass(frozen=True, slots=True)
class Record:
    """A well-formed record. ``content`` is the record as delivered, as text."""

    source: str
    call_id: str
    called: str
    caller: str
    started_at: dt.datetime
    ringing_at: dt.datetime | None
    answered_at: dt.datetime | None
    ended_at: dt.datetime | None
    treatment: str
    outcome: str
    destination: str
    plan_version: int | None
    legs: str | None
    digest: uuid.UUID
    content: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.call_id

    @property
    def moments(self) -> list[dt.datetime]:
        """The instants that are known, in the order they must have."""
        stages = (self.started_at, self.ringing_at, self.answered_at, self.ended_at)
        return [moment for moment in stages if moment is not None]


@dataclass(frozen=True, slots=True)
class Refused:
    """A record for quarantine, with what could be read of its key."""

    reason: Reason
    source: str
    call_id: str
    digest: uuid.UUID
    content: Mapping[str, str]


def read_record(row: Mapping[str, Any], now: dt.datetime) -> Record | Refused:
    """Return the record, or why it is malformed or has an impossible time.

    ``row`` holds the delivered fields (text, numbers, or a list for ``legs``);
    unknown fields are ignored and a missing one counts as empty.
    """
    content = {name: _text(row.get(name)) for name in FIELDS if row.get(name)}
    try:
        record = _parse(content)
    except Malformed:
        return refuse(content, Reason.MALFORMED)
    moments = record.moments
    in_order = all(a <= b for a, b in zip(moments, moments[1:], strict=False))
    if not in_order or moments[0] < EARLIEST or max(moments) > now + TOLERANCE:
        return refuse_record(record, Reason.BAD_TIME)
    return record


def refuse_record(record: Record, reason: Reason) -> Refused:
    return Refused(reason, record.source, record.call_id, record.digest, record.content)


def refuse(content: Mapping[str, str], reason: Reason) -> Refused:
    """Return an unreadable record with a digest of its text and a clean copy."""
    text = json.dumps(content, sort_keys=True)
    shown = {name: _printable(value)[:LONGEST_TEXT] for name, value in content.items()}
    return Refused(
        reason=reason,
        source=shown.get("source", "")[:40],
        call_id=shown.get("call_id", "")[:200],
        digest=_digest(text),
        content=shown,
    )


def _parse(content: Mapping[str, str]) -> Record:
    get = content.get
    values = {
        "source": _match(_NAME, get("source", ""), 40),
        "call_id": _match(_NAME, get("call_id", ""), 200),
        "called": _match(_CALLED, get("called", ""), 16),
        "caller": _match(_CALLER, get("caller", ""), 16),
        "started_at": _instant(get("started_at", "")),
        "ringing_at": _optional_instant(get("ringing_at", "")),
        "answered_at": _optional_instant(get("answered_at", "")),
        "ended_at": _optional_instant(get("ended_at", "")),
        "treatment": _choice(_TREATMENTS, get("treatment", "")),
        "outcome": _choice(_OUTCOMES, get("outcome", "")),
        "destination": _match(_DESTINATION, get("destination", ""), 200),
        "plan_version": _version(get("plan_version", "")),
        "legs": _legs(get("legs", "")),
    }
    digest = _digest("\x1f".join(str(value) for value in values.values()))
    return Record(**values, digest=digest, content=content)  # type: ignore[arg-type]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        return json.dumps(value, sort_keys=True)
    return str(value)


def _printable(text: str) -> str:
    """Replace what PostgreSQL cannot store in text."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _digest(text: str) -> uuid.UUID:
    data = text.encode("utf-8", "surrogatepass")
    return uuid.UUID(bytes=blake2b(data, digest_size=16).digest())


def _match(shape: re.Pattern[str], text: str, longest: int) -> str:
    if len(text) > longest or not shape.fullmatch(text):
        raise Malformed
    return text


def _choice(choices: frozenset[str], text: str) -> str:
    if text not in choices:
        raise Malformed
    return text


def _instant(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise Malformed
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Malformed from None


def _optional_instant(text: str) -> dt.datetime | None:
    return _instant(text) if text else None


def _version(text: str) -> int | None:
    _match(_VERSION, text, 9)
    return int(text) if text else None


def _legs(text: str) -> str | None:
    """Return the timeline as canonical JSON: a list of objects."""
    if not text:
        return None
    if len(text) > LONGEST_LEGS or "\\u0000" in text:
        raise Malformed
    try:
        legs = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(legs, list) or not all(isinstance(leg, dict) for leg in legs):
        raise Malformed
    try:
        return json.dumps(legs, sort_keys=True, allow_nan=False)
    except ValueError:
        raise Malformed from None
