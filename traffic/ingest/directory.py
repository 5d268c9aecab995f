"""Whose call it was: the number as it was in service when the call started."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from numbers.models import GeographicNumber
from traffic.ingest.record import Record
from traffic.ingest.schema import SEPARATOR
from vms_portal.kernel.local_time import first_of_month, local_date

# "2026-10-01 07" of an instant's text. In it Brussels has one date: since 2020 its
# offset is in whole hours.
HOUR = slice(13)


@dataclass(eq=False, slots=True)
class Owner:
    """The number, contract and customer of a call, and its Brussels day.

    Compared by identity: a directory has one per number and day. What every call
    of it needs is kept ready: its month, and the ids as its line begins with them.
    """

    tenant_id: int
    contract_id: int
    number_id: int
    day: dt.date
    month: dt.date = field(init=False)
    ids: str = field(init=False)

    def __post_init__(self) -> None:
        self.month = first_of_month(self.day)
        ids = self.tenant_id, self.contract_id, self.number_id
        self.ids = SEPARATOR.join(map(str, ids))


class InService(NamedTuple):
    """A number in service from one day to another, both included."""

    tenant_id: int
    contract_id: int
    number_id: int
    first: dt.date
    last: dt.date | None


class Directory:
    """The numbers of one batch, looked up in one query."""

    def __init__(self, called: Iterable[str]) -> None:
        self._spans: dict[str, list[InService]] = {}
        self._days: dict[str, dt.date] = {}
        self._owners: dict[tuple[str, dt.date], Owner | None] = {}
        numbers = GeographicNumber.objects.filter(e164__in=set(called))
        for e164, *span in numbers.values_list(
            "e164", "tenant_id", "contract_id", "pk", "activated_on", "released_on"
        ):
            self._spans.setdefault(e164, []).append(InService._make(span))

    def owner(self, record: Record) -> Owner | None:
        """Return who had the called number in service at the start, or None."""
        return next(self.owners([record]))

    def owners(self, records: Iterable[Record]) -> Iterator[Owner | None]:
        """Yield the owner of each record."""
        days, owners = self._days, self._owners
        for record in records:
            hour = record.started[HOUR]
            day = days.get(hour)
            if day is None:
                day = days[hour] = local_date(record.started_at)
            called = record.called, day
            if called not in owners:
                owners[called] = self._find(*called)
            yield owners[called]

    def _find(self, called: str, day: dt.date) -> Owner | None:
        for span in self._spans.get(called, ()):
            if span.first <= day and (span.last is None or day <= span.last):
                return Owner(span.tenant_id, span.contract_id, span.number_id, day)
        return None
