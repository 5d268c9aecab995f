"""The monthly TRM (Traffic Routing Management) fee (rules 7, 8, 14 and 15)."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from billing.rating import codes
from billing.rating.days import DayRange, active_days, days_in, percent_in
from billing.rating.model import ContractMonth, PricedLine, PriceList
from billing.rating.money import to_cents, to_ten_thousandths
from billing.rating.tariffs import Price, band_of, indexed, indexed_tariff, price_of


def chargeable_calls(
    contract: ContractMonth, prices: PriceList, active: DayRange | None
) -> int:
    """Return how many of the contract's calls count, by treatment and local day."""
    charged = codes.CHARGED[prices.charge_basis]
    return sum(
        calls.count
        for calls in contract.calls
        if active
        and active.first <= calls.day <= active.last
        and calls.treatment in charged
    )


def minimum_due(contract: ContractMonth, prices: PriceList, month: dt.date) -> Decimal:
    """Return the month's minimum in EUR, prorated by active days where so agreed."""
    minimum = indexed(
        prices.monthly_minimum, codes.MINIMUM.name, contract, month, to_cents
    )
    active, whole = active_days(contract, month), days_in(month)
    days = active.days if active else 0
    if days == whole or not prices.minimum_prorated:
        return minimum
    return to_cents(minimum * days / whole)


def minimum_left(contract: ContractMonth, prices: PriceList, month: dt.date) -> Decimal:
    """Return the minimum of a month's service in EUR; none of a month without any."""
    if active_days(contract, month) is None:
        return Decimal("0.00")
    return minimum_due(contract, prices, month)


def per_call_price(contract: ContractMonth, prices: PriceList, month: dt.date) -> Price:
    return indexed_tariff(
        prices.per_call, codes.CALL.name, contract, month, to_ten_thousandths
    )


def usage_fee(
    calls: int, contract: ContractMonth, prices: PriceList, month: dt.date
) -> Decimal:
    """Return the EUR fee of ``calls`` calls, rounded once on the whole month."""
    if not calls:
        return Decimal("0.00")
    price = per_call_price(contract, prices, month)
    return price_of(price, Decimal(calls), contract.path)


def trm_lines(
    contract: ContractMonth, prices: PriceList, month: dt.date, active: DayRange
) -> Iterator[PricedLine]:
    """Yield the usage and, when the minimum is higher, the difference to it."""
    calls = chargeable_calls(contract, prices, active)
    usage = usage_fee(calls, contract, prices, month)
    if calls:
        yield _call_line(calls, usage, contract, prices, month)
    difference = minimum_due(contract, prices, month) - usage
    if difference > 0:
        percent = percent_in(contract.promos, codes.MINIMUM.name, active)
        yield PricedLine(
            contract=contract.id,
            code=codes.MINIMUM.name,
            quantity=Decimal(1),
            unit="C62",
            unit_price=difference,
            gross=difference,
            allowance=to_cents(difference * percent / 100),
            percent=percent,
        )


def _call_line(
    calls: int,
    usage: Decimal,
    contract: ContractMonth,
    prices: PriceList,
    month: dt.date,
) -> PricedLine:
    """One line: calls times a price, or one total where bands mix prices."""
    price = per_call_price(contract, prices, month)
    quantity, unit_price = Decimal(1), usage
    if isinstance(price, Decimal):
        quantity, unit_price = Decimal(calls), price
    elif price.mode == "volume":
        band = band_of(price, Decimal(calls), contract.path)
        quantity, unit_price = Decimal(calls), band.price
    return PricedLine(
        contract=contract.id,
        code=codes.CALL.name,
        quantity=quantity,
        unit="C62",
        unit_price=unit_price,
        gross=usage,
        units=Decimal(calls),
    )


def late_lines(contract: ContractMonth, prices: PriceList) -> Iterator[PricedLine]:
    """Yield what late calls add to their closed months, minimum on both sides."""
    for late in contract.late:
        due = late.minimum_billed
        if due is None:
            due = minimum_due(contract, prices, late.month)
        billed = usage_fee(late.calls_billed, contract, prices, late.month)
        total = late.calls_billed + late.calls_late
        correct = usage_fee(total, contract, prices, late.month)
        delta = max(correct, due) - max(billed, due)
        if delta > 0:
            yield adjustment_line(contract.id, codes.LATE.name, delta, late.month)


def correction(
    contract: ContractMonth,
    prices: PriceList,
    month: dt.date,
    correct_calls: int,
    amount_billed: Decimal | None = None,
) -> Decimal:
    """Return what was billed too much for ``month``: EUR, zero or more."""
    due = minimum_left(contract, prices, month)
    if amount_billed is None:
        calls = chargeable_calls(contract, prices, active_days(contract, month))
        amount_billed = max(usage_fee(calls, contract, prices, month), due)
    correct = usage_fee(correct_calls, contract, prices, month)
    return max(amount_billed - max(correct, due), Decimal("0.00"))


def adjustment_line(
    contract: str, code: str, amount: Decimal, usage: dt.date
) -> PricedLine:
    return PricedLine(
        contract=contract,
        code=code,
        quantity=Decimal(1),
        unit="C62",
        unit_price=amount,
        gross=amount,
        usage_month=usage,
    )
