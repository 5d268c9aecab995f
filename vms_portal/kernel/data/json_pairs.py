"""What JSON leaves open: an object may name a member twice, a text hold anything."""

import json
import math
from collections import Counter
from typing import Any


class SaidTwice(ValueError):
    """A member of an object is there twice; ``name`` is cut."""

    def __init__(self, name: str) -> None:
        self.name = name[:80]
        super().__init__(f"{self.name!r} is there twice")


class NotStorable(ValueError):
    """No JSON of the database: a NUL, half a character, a number without end."""


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, as ``object_pairs_hook``; ``SaidTwice``.

    Python would take the last: of two destinations, whichever came later.
    """
    members = dict(pairs)
    if len(members) < len(pairs):
        counted = Counter(name for name, _value in pairs)
        twice = next(name for name, times in counted.items() if times > 1)
        raise SaidTwice(twice)
    return members


class StorableDecoder(json.JSONDecoder):
    """Reads what says each thing once and the database can hold; else ValueError."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=each_once)

    def decode(self, s: str, *args: Any) -> Any:
        value = super().decode(s, *args)
        _refuse_unstorable(value)
        return value


def _refuse_unstorable(value: Any) -> None:
    if isinstance(value, dict):
        _refuse_unstorable([*value, *value.values()])
    elif isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner)
    elif isinstance(value, float) and not math.isfinite(value):
        raise NotStorable(str(value))
    elif isinstance(value, str) and any(
        c == "\0" or "\ud800" <= c <= "\udfff" for c in value
    ):
        raise NotStorable(ascii(value[:80]))
