"""Whose call it was: the number as it was in service when the call started."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from numbers.models import GeographicNumber
from vms_portal.kernel.local_time import local_date


@dataclass(frozen=True, slots=True)
class Owner:
    """The number, contract and customer of a call, and its Brussels day."""

    tenant_id: int
    contract_id: int
    number_id: int
    day: dt.date


class Directory:
    """The numbers of one batch, looked up in one query."""

    def __init__(self, called: Iterable[str]) -> None:
        self._spans: dict[str, list[GeographicNumber]] = {}
        numbers = GeographicNumber.objects.filter(e164__in=set(called))
        for number in numbers.only(
            "e164", "tenant_id", "contract_id", "activated_on", "released_on"
        ):
            self._spans.setdefault(number.e164, []).append(number)

    def owner(self, called: str, started_at: dt.datetime) -> Owner | None:
        """Return who had ``called`` in service at that instant, or None."""
        spans = self._spans.get(called)
        if spans is None:
            return None
        day = local_date(started_at)
        for number in spans:
            last = number.released_on
            if number.activated_on <= day and (last is None or day <= last):
                return Owner(number.tenant_id, number.contract_id, number.pk, day)
        return None
