"""What JSON leaves open: an object may name a member twice."""

from collections import Counter
from typing import Any


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, as ``object_pairs_hook``; ValueError for a name said twice.

    Python would take the last: of two destinations, whichever came later.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        counted = Counter(name for name, _value in pairs)
        twice = next(name for name, times in counted.items() if times > 1)
        raise ValueError(f"{twice[:80]!r} is there twice")
    return found
