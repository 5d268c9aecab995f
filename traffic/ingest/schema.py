"""The fields of a call record, once: their names, order, shapes and identity.

Whatever reads or writes a record whole follows ``CALL``: files, the COPY, what a
conflict takes back out, quarantine, the API. A new field is a column of that name
and an entry here.
"""

import datetime as dt
import json
import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from operator import itemgetter

from traffic.models import CallRecord, Outcome, Treatment
from vms_portal.kernel.telephony import E164

# Between values of a text: no value can hold it.
SEPARATOR = "\x1f"
# A missing value in a text. No value but a name can be this word.
ABSENT = "None"
LONGEST_CHOICE, LONGEST_LEGS = 40, 60_000
REMEMBERED = 20_000

_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]+")
_CALLER = re.compile(r"(\+[0-9]{7,15})?", re.ASCII)
_DESTINATION = re.compile(
    rf"(line|{E164.pattern}|(site|queue|voicemail|announcement):"
    r"[^\x00-\x20\x7f\ud800-\udfff][^\x00-\x1f\x7f\ud800-\udfff]*)?"
)
_VERSION = re.compile(r"[0-9]{0,9}", re.ASCII)
# A copy is made sooner than a new one.
_empty_digest = blake2b(digest_size=16).copy
# By far the most frequent spelling of an instant, 2026-10-01T07:00:00Z: as long as
# this, with a sign at these places.
_LENGTH, _SIGNS = 20, {4: "-", 7: "-", 10: "T", 13: ":", 16: ":", 19: "Z"}

# The values of many records, field by field.
Columns = Sequence[Sequence[str]]
Parse = Callable[[Sequence[str]], list[str]]


class Malformed(ValueError):
    """A field does not have its shape."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field as delivered; its column has the same name.

    ``parse`` takes the delivered texts of many records to those that COPY takes, or
    raises ``Malformed``. A file must have the columns that are ``required``.
    """

    name: str
    parse: Parse
    required: bool = True
    is_moment: bool = False
    is_json: bool = False


def _matching(shape: re.Pattern[str], longest: int) -> Callable[[str], str]:
    matches = shape.fullmatch

    def parse(text: str) -> str:
        if len(text) > longest or not matches(text):
            raise Malformed
        return text

    return parse


def _each(parse: Callable[[str], str]) -> Parse:
    return lambda texts: [*map(parse, texts)]


def _repeats(parse: Callable[[str], str]) -> Parse:
    """Check once what repeats from record to record."""
    return _each(lru_cache(REMEMBERED)(parse))


def _one_of(values: Sequence[str]) -> Parse:
    return _repeats(_matching(re.compile("|".join(values)), LONGEST_CHOICE))


def _instants(texts: Sequence[str]) -> list[str]:
    """Return instants in UTC as ``2026-10-01 07:00:00+00:00``."""
    if not all(texts):
        raise Malformed
    if set(map(len, texts)) == {_LENGTH}:
        lines = "\n".join(texts)
        places = (lines[place :: _LENGTH + 1] for place in _SIGNS)
        if [*places] == [sign * len(texts) for sign in _SIGNS.values()]:
            return _usual_instants(texts, lines)
    return [str(_moment(text)) for text in texts]


def _usual_instants(texts: Sequence[str], lines: str) -> list[str]:
    """Return instants of the most frequent spelling, which are ``lines`` as well."""
    try:
        deque(map(dt.datetime.fromisoformat, texts), maxlen=0)
    except ValueError:
        raise Malformed from None
    return lines.replace("T", " ").replace("Z", "+00:00").split("\n")


def _instants_if_any(texts: Sequence[str]) -> list[str]:
    given = iter(_instants([text for text in texts if text]))
    return [next(given) if text else ABSENT for text in texts]


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise Malformed


def _version(text: str) -> str:
    digits = _matching(_VERSION, 9)(text)
    return str(int(digits)) if digits else ABSENT


def _legs(text: str) -> str:
    """Return the timeline as canonical JSON: a list of objects."""
    if not text:
        return ABSENT
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


@dataclass(frozen=True)
class Schema:
    """The fields of a record, in the order of its rows and of its columns.

    ``placed`` is how many of them have a fixed place in the digest.
    """

    fields: tuple[Field, ...]
    placed: int

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.required)

    @cached_property
    def json(self) -> frozenset[str]:
        """The fields whose text may run over several lines."""
        return frozenset(field.name for field in self.fields if field.is_json)

    @cached_property
    def never_null(self) -> tuple[str, ...]:
        """The columns that hold the word ``ABSENT`` as a text like any other."""
        columns = map(CallRecord._meta.get_field, self.names)
        return tuple(column.name for column in columns if not column.null)

    def columns(self, rows: Sequence[Sequence[str]]) -> Columns:
        """Return the values of delivered rows, field by field."""
        delivered = zip(*rows, strict=True)
        fields = zip(self.fields, delivered, strict=True)
        return [field.parse(texts) for field, texts in fields]

    @cached_property
    def moments(self) -> Callable[[Columns], Columns]:
        """Take the columns of instants, in the order these must have."""
        return itemgetter(
            *(n for n, field in enumerate(self.fields) if field.is_moment)
        )

    @cached_property
    def about(self) -> Callable[[Columns], Columns]:
        """Take the columns that say which call it is, and what became of it."""
        names = "source", "call_id", "called", "started_at", "treatment"
        return itemgetter(*map(self.names.index, names))

    def texts_and_digests(self, columns: Columns) -> tuple[list[str], list[str]]:
        """Return the values of each record as one text, and what identifies them.

        The first fields count by their place, a later one by its name and only
        where it has a value: a record that lacks it stays what it was.
        """
        values = [*zip(*columns, strict=True)]
        texts = [*map(SEPARATOR.join, values)]
        if len(columns) == self.placed:
            return texts, [*map(digest_of, texts)]
        named = map(SEPARATOR.join, map(self._with_names, values))
        return texts, [*map(digest_of, named)]

    def _with_names(self, values: Sequence[str]) -> list[str]:
        later = zip(self.names[self.placed :], values[self.placed :], strict=True)
        named = [f"{name}={value}" for name, value in later if value != ABSENT]
        return [*values[: self.placed], *named]


def digest_of(text: str) -> str:
    digest = _empty_digest()
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


CALL = Schema(
    (
        Field("source", _repeats(_matching(_NAME, 40))),
        Field("call_id", _each(_matching(_NAME, 200))),
        Field("called", _repeats(_matching(E164, 16))),
        Field("caller", _each(_matching(_CALLER, 16))),
        Field("started_at", _instants, is_moment=True),
        Field("ringing_at", _instants_if_any, required=False, is_moment=True),
        Field("answered_at", _instants_if_any, is_moment=True),
        Field("ended_at", _instants_if_any, is_moment=True),
        Field("treatment", _one_of(Treatment.values)),
        Field("outcome", _one_of(Outcome.values)),
        Field("destination", _repeats(_matching(_DESTINATION, 200))),
        Field("plan_version", _repeats(_version)),
        Field("legs", _each(_legs), required=False, is_json=True),
    ),
    placed=13,
)
