"""Which price holds: version, band, indexation (rules 1 to 3 and 11)."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from billing.rating.errors import NoPriceList, QuoteRequired
from billing.rating.model import Band, ContractMonth, PriceList, Tariff
from billing.rating.money import to_cents

Price = Decimal | Tariff
Round = Callable[[Decimal], Decimal]


def list_on(lists: Iterable[PriceList], day: dt.date, path: str) -> PriceList:
    """Return the list with the latest ``valid_from`` not after ``day``."""
    valid = [item for item in lists if item.valid_from <= day]
    if not valid:
        raise NoPriceList(f"No price list was in force on {day}.", path)
    return max(valid, key=lambda item: item.valid_from)


def names_on(lists: Iterable[PriceList], day: dt.date, code: str) -> Mapping[str, str]:
    """Return what a code is called in the list of ``day``; without a name, nothing."""
    valid = [item for item in lists if item.valid_from <= day]
    newest = max(valid, key=lambda item: item.valid_from, default=None)
    return newest.names.get(code, {}) if newest else {}


def price_of(price: Price, quantity: Decimal, path: str) -> Decimal:
    """Return the EUR price of ``quantity`` units, in cents.

    A quantity above the last band needs a quotation (rule 2).
    """
    if isinstance(price, Decimal):
        return to_cents(price * quantity)
    if price.mode == "graduated":
        return _graduated(price.bands, quantity, path)
    band = band_of(price, quantity, path)
    return to_cents(band.price * (quantity if price.mode == "volume" else 1))


def band_of(tariff: Tariff, quantity: Decimal, path: str) -> Band:
    """Return the first band that holds ``quantity``."""
    for band in tariff.bands:
        if band.up_to is None or quantity <= band.up_to:
            return band
    raise QuoteRequired(f"{quantity} is above the last band of the price list.", path)


def _graduated(bands: tuple[Band, ...], quantity: Decimal, path: str) -> Decimal:
    total, below = Decimal(0), Decimal(0)
    for band in bands:
        top = quantity if band.up_to is None else min(quantity, Decimal(band.up_to))
        total += (top - below) * band.price
        below = top
        if below >= quantity:
            return to_cents(total)
    raise QuoteRequired(f"{quantity} is above the last band of the price list.", path)


def indexed(
    price: Decimal, code: str, contract: ContractMonth, month: dt.date, rounded: Round
) -> Decimal:
    """Return ``price`` after the indexations in force on the month's first day.

    Each step starts from the rounded price before it. Two of one day go by their
    factor: the order in which they are told changes no amount.
    """
    steps = sorted(contract.indexations, key=lambda s: (s.effective_on, s.factor))
    for step in steps:
        if code in step.applies_to and step.effective_on <= month:
            price = rounded(price * step.factor)
    return price


def indexed_tariff(
    price: Price, code: str, contract: ContractMonth, month: dt.date, rounded: Round
) -> Price:
    """Index every band of a tariff, or the plain price."""
    if isinstance(price, Decimal):
        return indexed(price, code, contract, month, rounded)
    bands = tuple(
        replace(band, price=indexed(band.price, code, contract, month, rounded))
        for band in price.bands
    )
    return replace(price, bands=bands)
