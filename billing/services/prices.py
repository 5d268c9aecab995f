"""Price lists: entered for days to come, and withdrawn until they are in force."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import ProtectedError

from billing.models import PriceList
from billing.selectors.prices import priced_days
from tenants.audit.record import record
from tenants.models import User
from vms_portal.kernel.data.locks import Lock
from vms_portal.kernel.local_time import local_date


class NotToCome(Exception):
    """The list begins today or earlier: what was ordered keeps its prices."""


class AlreadyOrdered(Exception):
    """On these ``days`` something was ordered that the list would price."""

    def __init__(self, days: Sequence[dt.date]) -> None:
        super().__init__(days)
        self.days = days


class InUse(Exception):
    """A contract summary was drawn up with this list."""


def hold_off_orders() -> None:
    """Wait for orders and contracts that are being saved, and keep others waiting.

    Triggers of their tables share the lock.
    """
    Lock.PRICES.take()


def refuse_reaching_back(prices: PriceList, today: dt.date) -> None:
    """Raise ``NotToCome`` or ``AlreadyOrdered`` when the list changes a price.

    A list that is being changed may neither leave nor reach what was ordered. Nobody
    orders anything until the caller's transaction ends: what is being ordered right
    now is waited for.
    """
    hold_off_orders()
    if prices.valid_from <= today:
        raise NotToCome(prices.valid_from)
    starts = {prices.valid_from}
    if prices.pk:
        starts.add(PriceList.objects.get(pk=prices.pk).valid_from)
    days = {d for day in starts for d in priced_days(day, ignoring=prices.pk)}
    if days:
        raise AlreadyOrdered(sorted(days))


@transaction.atomic
def enter(*, prices: PriceList, actor: User, now: dt.datetime) -> PriceList:
    """Store a new list, or a change of one to come; ``refuse_reaching_back`` raises."""
    refuse_reaching_back(prices, local_date(now))
    action = "pricelist.changed" if prices.pk else "pricelist.added"
    before = PriceList.objects.filter(pk=prices.pk).first()
    prices.save()
    detail = _detail(prices) | ({"changes": _changes(before, prices)} if before else {})
    record(actor=actor, action=action, target=prices, at=now, detail=detail)
    return prices


@transaction.atomic
def withdraw(*, prices: PriceList, reason: str, actor: User, now: dt.datetime) -> None:
    """Take back a list that is not in force; its prices stay in the audit trail.

    ``NotToCome`` for one in force, ``AlreadyOrdered`` or ``InUse`` when something
    rests on it, ``PriceList.DoesNotExist`` for the second of two.
    """
    # Before the row, as who changes the list.
    hold_off_orders()
    current = PriceList.objects.select_for_update().get(pk=prices.pk)
    refuse_reaching_back(current, local_date(now))
    detail = _detail(current) | {"reason": reason, "prices": current.definition}
    record(
        actor=actor, action="pricelist.withdrawn", target=current, at=now, detail=detail
    )
    try:
        current.delete()
    except ProtectedError as error:
        raise InUse(current) from error


def _changes(before: PriceList, after: PriceList) -> dict[str, object]:
    """Return before and after of the first day, and of each part of the prices."""
    old, new = ({"from": p.valid_from, **p.definition} for p in (before, after))
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in sorted(old | new)
        if old.get(name) != new.get(name)
    }


def _detail(prices: PriceList) -> dict[str, object]:
    return {"from": prices.valid_from}
