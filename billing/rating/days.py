"""Days of a month and how recurring prices are split over them (rules 4, 5, 10)."""

import calendar
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

from billing.rating.model import ContractMonth, PricedLine, Promo
from billing.rating.money import to_cents

ONE_DAY = dt.timedelta(days=1)


def days_in(month: dt.date) -> int:
    return calendar.monthrange(month.year, month.month)[1]


# The same few months are asked about for each of thousands of contracts.
@lru_cache(maxsize=1_000)
def last_of(month: dt.date) -> dt.date:
    return month.replace(day=days_in(month))


@dataclass(frozen=True, slots=True)
class DayRange:
    """The days from ``first`` to ``last``, both included; at least one."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def within(self, first: dt.date, last: dt.date | None) -> "DayRange | None":
        """Return the days shared with ``first`` to ``last`` (None: for good)."""
        begin, end = max(self.first, first), min(self.last, last or self.last)
        return DayRange(begin, end) if begin <= end else None


@dataclass(frozen=True, slots=True)
class Run(DayRange):
    """Consecutive days with one monthly price and one promotion percentage."""

    price: Decimal
    percent: Decimal


def active_days(contract: ContractMonth, month: dt.date) -> DayRange | None:
    """Return the days of ``month`` on which the contract is in service, if any."""
    if contract.activated_on is None:
        return None
    return DayRange(month, last_of(month)).within(
        contract.activated_on, contract.last_day
    )


def percent_on(promos: Iterable[Promo], code: str, day: dt.date) -> Decimal:
    """Return the highest percentage off ``code`` that day; promos never add up."""
    return percent_in(promos, code, DayRange(day, day))


def percent_in(promos: Iterable[Promo], code: str, span: DayRange) -> Decimal:
    """Return the highest percentage off ``code`` on any day of ``span``."""
    holding = (
        promo.percent
        for promo in promos
        if promo.code == code and span.within(promo.first, promo.last)
    )
    return max(holding, default=Decimal(0))


def runs(
    span: DayRange,
    code: str,
    contract: ContractMonth,
    price_on: Callable[[dt.date], Decimal | None],
) -> Iterator[Run]:
    """Yield maximal runs of equal price and percentage; None is no line at all.

    Both can change only on the days when the count of numbers or a promotion does.
    """
    starts = sorted({span.first, *_changes(contract, code, span)})
    keyed = (
        (day, (price_on(day), percent_on(contract.promos, code, day))) for day in starts
    )
    pieces = [
        (next(group)[0], key) for key, group in groupby(keyed, lambda item: item[1])
    ]
    ends = [day - ONE_DAY for day, _key in pieces[1:]] + [span.last]
    for (first, (price, percent)), last in zip(pieces, ends, strict=True):
        if price is not None:
            yield Run(first, last, price, percent)


def _changes(contract: ContractMonth, code: str, span: DayRange) -> Iterator[dt.date]:
    """Yield the days inside ``span``, after its first, that may begin a run."""
    days = [day for day, _count in contract.numbers]
    for promo in contract.promos:
        if promo.code == code:
            days.append(promo.first)
            if promo.last is not None and promo.last < span.last:
                days.append(promo.last + ONE_DAY)
    return (day for day in days if span.first < day <= span.last)


def recurring_line(
    contract: str, code: str, run: Run, month: dt.date, units: Decimal = Decimal(1)
) -> PricedLine:
    """Return the line of one run; ``run.price`` is the whole month's price in EUR."""
    whole = days_in(month)
    is_full = run.days == whole
    gross = to_cents(run.price if is_full else run.price * run.days / whole)
    return PricedLine(
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
