"""Days of a month and how recurring prices are split over them (rules 4, 5, 10)."""

import calendar
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from billing.rating.model import Contract, Line, Promo
from billing.rating.money import to_cents


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive days with one monthly price and one promotion percentage."""

    first: dt.date
    last: dt.date
    price: Decimal
    percent: Decimal

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def days_in(month: dt.date) -> int:
    return calendar.monthrange(month.year, month.month)[1]


def last_of(month: dt.date) -> dt.date:
    return month.replace(day=days_in(month))


def span(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the days from ``first`` to ``last``, both included."""
    return [first + dt.timedelta(n) for n in range((last - first).days + 1)]


def active_days(contract: Contract, month: dt.date) -> list[dt.date]:
    """Return the days of ``month`` on which the contract is in service."""
    if contract.activated_on is None:
        return []
    first = max(month, contract.activated_on)
    last = min(last_of(month), contract.last_day or dt.date.max)
    return span(first, last)


def percent_on(promos: Iterable[Promo], code: str, day: dt.date) -> Decimal:
    """Return the highest percentage off ``code`` that day; promos never add up."""
    holding = (p.percent for p in promos if p.code == code and p.holds_on(day))
    return max(holding, default=Decimal(0))


def runs(
    days: Iterable[dt.date],
    price_on: Callable[[dt.date], Decimal | None],
    percent: Callable[[dt.date], Decimal],
) -> Iterator[Run]:
    """Yield maximal runs of equal price and percentage; None is no line at all."""
    keyed = ((day, (price_on(day), percent(day))) for day in days)
    for (price, share), group in groupby(keyed, key=lambda item: item[1]):
        inside = [day for day, _key in group]
        if price is not None:
            yield Run(inside[0], inside[-1], price, share)


def recurring_line(
    contract: str, code: str, run: Run, month: dt.date, units: Decimal = Decimal(1)
) -> Line:
    """Return the line of one run; ``run.price`` is the whole month's price in EUR."""
    whole = days_in(month)
    is_full = run.days == whole
    gross = to_cents(run.price if is_full else run.price * run.days / whole)
    return Line(
        contract=contract,
        code=code,
        quantity=Decimal(1 if is_full else run.days),
        unit="MON" if is_full else "DAY",
        unit_price=run.price,
        base_quantity=1 if is_full else whole,
        gross=gross,
        allowance=to_cents(gross * run.percent / 100),
        percent=run.percent,
        start=run.first,
        end=run.last,
        units=units,
    )
