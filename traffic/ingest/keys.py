"""Asking the database for the keys of a batch: thousands of them in one statement."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from traffic.ingest.record import Key
from traffic.ingest.schema import SEPARATOR

# One text instead of an array: psycopg2 would quote every element.
ARRAY = "string_to_array(%s, E'\\x1f')"
KEYS = f"unnest({ARRAY}, {ARRAY}) WITH ORDINALITY AS k (source, call_id, place)"


def array(values: Iterable[str]) -> str:
    """The parameter for ``ARRAY``. Values never hold the separator."""
    return SEPARATOR.join(values)


def arrays(keys: Sequence[Key]) -> list[str]:
    """The parameters for ``KEYS``."""
    return [array([source for source, _id in keys]), array([id_ for _s, id_ in keys])]


def possible(
    keys: Sequence[Key], table: str, condition: str = "TRUE", values: Sequence[Any] = ()
) -> Sequence[Key]:
    """Leave out keys that the table cannot have: their source has none in the range.

    A source that counts its calls costs one look-up a batch, not one a record.
    Python compares texts as the columns' collation does: by code point.
    """
    ids: dict[str, list[str]] = defaultdict(list)
    for source, call_id in keys:
        ids[source].append(call_id)
    ranges = (ids, map(min, ids.values()), map(max, ids.values()))
    with connection.cursor() as cursor:
        # Ordered as the index is, so that the plan is a look at the index.
        cursor.execute(
            f"SELECT k.source FROM unnest({ARRAY}, {ARRAY}, {ARRAY}) "  # noqa: S608
            "AS k (source, low, high) CROSS JOIN LATERAL ("
            f"SELECT FROM {table} WHERE source = k.source "
            f"AND call_id BETWEEN k.low AND k.high AND {condition} "
            "ORDER BY source, call_id LIMIT 1) held",
            [*map(array, ranges), *values],
        )
        used = {source for (source,) in cursor.fetchall()}
    if len(used) == len(ids):
        return keys
    return [key for key in keys if key[0] in used] if used else []
