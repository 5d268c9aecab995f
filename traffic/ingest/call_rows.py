"""The calls themselves, and the sums of their contracts and days."""

import datetime as dt
import io
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from django.db import connection

from traffic.ingest import schema
from traffic.ingest.delivery import REUSE, Located, Stored
from traffic.ingest.keys import KEYS, arrays, possible
from traffic.ingest.record import Key
from traffic.ingest.schema import ABSENT, SEPARATOR
from traffic.models import Treatment

# The fields of a day's sums are the treatments.
ADD_UP = (
    "INSERT INTO traffic_contractday AS sums "  # noqa: S608
    f"(tenant_id, contract_id, day, {', '.join(Treatment.values)}) "
    "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::date[]"
    f"{', %s::int[]' * len(Treatment)}) "
    "ON CONFLICT ON CONSTRAINT traffic_contractday_once DO UPDATE SET "
    + ", ".join(f"{name} = sums.{name} + excluded.{name}" for name in Treatment.values)
)


def stored(located: Sequence[Located], keys: Sequence[Key]) -> dict[Key, list[Stored]]:
    """Find records of the same keys in this, the previous and the next months.

    ``keys`` are those of the records, each once: what is found for it is found once.
    """
    if not located:
        return {}
    starts = [record.started for record, _owner in located]
    first, last = map(dt.datetime.fromisoformat, (min(starts), max(starts)))
    window, within = (first - REUSE, last + REUSE), "started_at BETWEEN %s AND %s"
    keys = possible(keys, "traffic_callrecord", within, window)
    if not keys:
        return {}
    with connection.cursor() as cursor:
        # OFFSET 0 makes this one look-up per key: while a month has no statistics
        # yet, a plan that reads its whole table looks cheaper than it is.
        cursor.execute(
            "SELECT k.place, twins.* "  # noqa: S608
            f"FROM {KEYS} CROSS JOIN LATERAL ("
            "SELECT id, encode(uuid_send(digest), 'hex'), started_at::text "
            "FROM traffic_callrecord WHERE source = k.source "
            f"AND call_id = k.call_id AND {within} OFFSET 0) twins",
            [*arrays(keys), *window],
        )
        twins: dict[Key, list[Stored]] = {}
        for place, *record in cursor.fetchall():
            twins.setdefault(keys[place - 1], []).append(Stored._make(record))
        return twins


def copy(fresh: Sequence[Located], closed: Collection[dt.date]) -> None:
    """COPY into the months' own tables: the parent refuses it under row security.

    No value can hold the separator or the quote, so a record's text is its line.
    """
    if not fresh:
        return
    leaves: dict[dt.date, list[str]] = defaultdict(list)
    never_null = ", ".join(schema.CALL.never_null)
    for record, owner in fresh:
        line = f"{owner.ids}{SEPARATOR}{record.text}{SEPARATOR}{record.digest}"
        leaves[owner.month].append(line)
    with connection.cursor() as cursor:
        for month, lines in sorted(leaves.items()):
            end = f"{SEPARATOR}{month in closed}\n"
            content = io.BytesIO((end.join(lines) + end).encode())
            cursor.copy_expert(
                f"COPY traffic_callrecord_{month:%Y_%m} (tenant_id, contract_id, "
                f"number_id, {', '.join(schema.CALL.names)}, digest, is_late) "
                "FROM STDIN (FORMAT csv, DELIMITER E'\\x1f', QUOTE E'\\x1e', "
                f"NULL '{ABSENT}', FORCE_NOT_NULL ({never_null}))",
                content,
                size=1 << 20,
            )


def roll_up(fresh: Sequence[Located]) -> None:
    """Add the calls to the sums of their contract and Brussels day."""
    if not fresh:
        return
    days: dict[tuple[int, int, dt.date], Counter[str]] = {}
    by_number = Counter((owner, record.treatment) for record, owner in fresh)
    for (owner, treatment), count in by_number.items():
        day = owner.tenant_id, owner.contract_id, owner.day
        days.setdefault(day, Counter())[treatment] += count
    rows = [
        (*day, *(sums[name] for name in Treatment.values))
        for day, sums in sorted(days.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(ADD_UP, [list(column) for column in zip(*rows, strict=True)])
