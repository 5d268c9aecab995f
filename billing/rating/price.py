"""A customer's month to a document (rules 2, 3, 6, 9, 10, 12, 16 and 17)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from billing.rating import codes
from billing.rating.days import (
    DayRange,
    active_days,
    percent_on,
    recurring_line,
    runs,
)
from billing.rating.errors import BadInput, QuoteRequired, too_large
from billing.rating.model import (
    ContractMonth,
    CustomerMonth,
    OneOff,
    Option,
    PricedDocument,
    PricedLine,
    PriceList,
    Vat,
)
from billing.rating.money import to_cents
from billing.rating.tariffs import Price, indexed, list_on, names_on, price_of
from billing.rating.trm import (
    adjustment_line,
    correction,
    late_lines,
    minimum_left,
    trm_lines,
)

# EUR, as the columns of issued documents; beyond is a slip of somebody's fingers.
LARGEST, LARGEST_PRICE = Decimal(10**12), Decimal(10**10)
VAT_RATES = {"S": Decimal(21), "AE": Decimal(0), "E": Decimal(0), "O": None}


def price_invoice(request: CustomerMonth) -> PricedDocument | None:
    """Return the month's invoice, or None when there is nothing to bill."""
    lines = tuple(
        line for contract in request.contracts for line in _contract(contract, request)
    )
    return _document("invoice", lines, request)


def price_full_credit(request: CustomerMonth) -> PricedDocument | None:
    """Return the credit note of the whole invoice: its lines, amounts positive."""
    invoice = price_invoice(request)
    return invoice and replace(invoice, kind="credit_note")


def price_rerate_credit(request: CustomerMonth) -> PricedDocument | None:
    """Return the credit of calls billed too much in one contract's month.

    Of its calls is computed what was billed, unless ``amount_billed`` says it.
    """
    if len(request.contracts) != 1:
        raise BadInput(
            "A correction concerns exactly one contract.", "/input/contracts"
        )
    if request.correct_calls is None:
        raise BadInput("A correction needs correct_calls.", "/input/correct_calls")
    (contract,) = request.contracts
    prices = list_on(request.price_lists, contract.subscribed_on, contract.path)
    amount = correction(
        contract, prices, request.month, request.correct_calls, request.amount_billed
    )
    if not amount:
        return None
    line = adjustment_line(contract.id, codes.CORRECTION.name, amount, request.month)
    return _document("credit_note", (line,), request)


def price_minimum(request: CustomerMonth) -> Decimal:
    """Return the TRM minimum of the one contract's month, in EUR."""
    (contract,) = request.contracts
    prices = list_on(request.price_lists, contract.subscribed_on, contract.path)
    return minimum_left(contract, prices, request.month)


def price_credit(lines: tuple[PricedLine, ...], vat_category: str) -> PricedDocument:
    """Return a credit note of these lines, with the VAT category of its invoice."""
    return _with_vat("credit_note", lines, vat_category)


def _document(
    kind: str, lines: tuple[PricedLine, ...], request: CustomerMonth
) -> PricedDocument | None:
    return _with_vat(kind, lines, request.vat_category) if lines else None


def _with_vat(
    kind: str, lines: tuple[PricedLine, ...], vat_category: str
) -> PricedDocument:
    if any(x.gross >= LARGEST or x.unit_price >= LARGEST_PRICE for x in lines):
        raise too_large()
    rate = VAT_RATES[vat_category]
    taxable = sum((line.net for line in lines), Decimal("0.00"))
    tax = to_cents(taxable * (rate or 0) / 100)
    if taxable + tax >= LARGEST:
        raise too_large()
    vat = Vat(vat_category, rate, taxable, tax)
    return PricedDocument(
        "invoice" if kind == "invoice" else "credit_note", lines, (vat,)
    )


def _contract(contract: ContractMonth, request: CustomerMonth) -> Iterator[PricedLine]:
    month = request.month
    active = active_days(contract, month)
    if active:
        prices = list_on(request.price_lists, contract.subscribed_on, contract.path)
        yield from _subscription(contract, prices, month, active)
        yield from _options(contract, request.price_lists, month, active)
        yield from trm_lines(contract, prices, month, active)
    if contract.late:
        prices = list_on(request.price_lists, contract.subscribed_on, contract.path)
        yield from late_lines(contract, prices)
    for one_off in contract.one_offs:
        if one_off.month == month:
            yield _one_off(contract, one_off, request)


def _subscription(
    contract: ContractMonth, prices: PriceList, month: dt.date, active: DayRange
) -> Iterator[PricedLine]:
    quote = contract.quoted_subscription
    if contract.channels > prices.max_channels and quote is None:
        raise QuoteRequired(
            f"{contract.channels} channels are more than the price list covers "
            f"({prices.max_channels}).",
            f"{contract.path}/channels",
        )

    def price_on(day: dt.date) -> Decimal | None:
        count = numbers_on(contract, day)
        if not count:
            return None
        price = quote
        if price is None:
            path = f"{contract.path}/numbers"
            price = price_of(prices.subscription, Decimal(count), path)
        return indexed(price, codes.SUBSCRIPTION.name, contract, month, to_cents)

    for run in runs(active, codes.SUBSCRIPTION.name, contract, price_on):
        yield recurring_line(contract.id, codes.SUBSCRIPTION.name, run, month)


def numbers_on(contract: ContractMonth, day: dt.date) -> int:
    """Return how many numbers are in service that day."""
    return next(
        (count for first, count in reversed(contract.numbers) if first <= day), 0
    )


def _options(
    contract: ContractMonth,
    lists: Sequence[PriceList],
    month: dt.date,
    active: DayRange,
) -> Iterator[PricedLine]:
    lines: list[PricedLine] = []
    for option in contract.options:
        inside = active.within(option.first, option.last)
        if inside:
            lines += _option(contract, option, lists, month, inside)
    yield from sorted(lines, key=lambda line: line.start or dt.date.min)


def _option(
    contract: ContractMonth,
    option: Option,
    lists: Sequence[PriceList],
    month: dt.date,
    inside: DayRange,
) -> Iterator[PricedLine]:
    units = Decimal(option.quantity)
    price = option.quoted_price
    if price is None:
        listed = list_on(lists, option.ordered_on, option.path).options
        tariff = listed.get(option.code)
        if tariff is None:
            raise QuoteRequired(f"{option.code} has no list price.", option.path)
        if not isinstance(tariff, Decimal):
            total = price_of(tariff, units, option.path)
            total = indexed(total, option.code, contract, month, to_cents)
        else:
            price = tariff
    if price is not None:
        total = to_cents(indexed(price, option.code, contract, month, to_cents) * units)

    names = names_on(lists, option.ordered_on, option.code)
    for run in runs(inside, option.code, contract, lambda _day: total):
        line = recurring_line(contract.id, option.code, run, month, units)
        yield replace(line, names=names)


def _one_off(
    contract: ContractMonth, one_off: OneOff, request: CustomerMonth
) -> PricedLine:
    quantity, unit_price = _work_priced(contract, one_off, request)
    gross = to_cents(unit_price * quantity)
    percent = percent_on(contract.promos, one_off.code, one_off.ordered_on)
    return PricedLine(
        contract=contract.id,
        code=one_off.code,
        quantity=quantity,
        unit=codes.unit_of(one_off.code),
        unit_price=unit_price,
        gross=gross,
        allowance=to_cents(gross * percent / 100),
        percent=percent,
        units=one_off.quantity,
        done_on=_done_on(one_off, request.month),
        names=names_on(request.price_lists, one_off.ordered_on, one_off.code),
    )


def _work_priced(
    contract: ContractMonth, one_off: OneOff, request: CustomerMonth
) -> tuple[Decimal, Decimal]:
    """Return quantity and unit price in EUR; what bands price is one unit of it all."""
    price: Price | None = one_off.quoted_price
    if price is None:
        listed = list_on(request.price_lists, one_off.ordered_on, one_off.path).one_off
        price = listed.get(one_off.code)
    if price is None:
        raise QuoteRequired(f"{one_off.code} has no list price.", one_off.path)
    if not isinstance(price, Decimal):
        return Decimal(1), price_of(price, one_off.quantity, one_off.path)
    price = indexed(price, one_off.code, contract, request.month, to_cents)
    return one_off.quantity, price


def _done_on(one_off: OneOff, month: dt.date) -> dt.date | None:
    done = one_off.completed_on
    return done if done is not None and done < month else None
