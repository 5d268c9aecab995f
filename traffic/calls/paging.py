"""Pages of a long list by the key of a row: as quick on page 900 as on page 1."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from traffic.models import CallRecord

PAGE_SIZE = 50
_KEY = re.compile(r"(\d{1,16})-(\d{1,18})", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class CallPage:
    """``previous`` and ``next`` are keys for the ``before`` and ``after`` links."""

    calls: Sequence[CallRecord]
    previous: str
    next: str


def page_of(
    calls: QuerySet[CallRecord], *, after: str, before: str, oldest_first: bool
) -> CallPage:
    """Return the rows after one key, or before another, in time order.

    Keys come from the links of a page; an unreadable one counts as none.
    """
    backwards = bool(_read(before)) and not _read(after)
    key = _read(before) if backwards else _read(after)
    ascending = oldest_first != backwards
    order = ("started_at", "id") if ascending else ("-started_at", "-id")
    fetched = list(_beyond(calls, key, ascending).order_by(*order)[: PAGE_SIZE + 1])
    more, rows = len(fetched) > PAGE_SIZE, fetched[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    has_previous, has_next = (more, True) if backwards else (key is not None, more)
    return CallPage(
        rows,
        previous=_key(rows[0]) if rows and has_previous else "",
        next=_key(rows[-1]) if rows and has_next else "",
    )


def _beyond(
    calls: QuerySet[CallRecord], key: tuple[dt.datetime, int] | None, ascending: bool
) -> QuerySet[CallRecord]:
    if key is None:
        return calls
    moment, pk = key
    # The first condition alone is what the index on time can use.
    if ascending:
        return calls.filter(started_at__gte=moment).filter(
            Q(started_at__gt=moment) | Q(id__gt=pk)
        )
    return calls.filter(started_at__lte=moment).filter(
        Q(started_at__lt=moment) | Q(id__lt=pk)
    )


def _key(call: CallRecord) -> str:
    return f"{(call.started_at - _EPOCH) // _MICROSECOND}-{call.pk}"


def _read(text: str) -> tuple[dt.datetime, int] | None:
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    return _EPOCH + int(match[1]) * _MICROSECOND, int(match[2])
