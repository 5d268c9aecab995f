"""What rating is told, as frozen values. ``path`` fields point into the input."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

VatCategory = Literal["S", "AE", "O", "E"]


@dataclass(frozen=True, slots=True)
class Band:
    """``price`` holds up to and including ``up_to`` units; None is no limit."""

    up_to: int | None
    price: Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices by quantity: ``flat_band``, ``volume`` or ``graduated``."""

    mode: Literal["flat_band", "volume", "graduated"]
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices in EUR excluding VAT, for those who order from ``valid_from`` on.

    A plain Decimal is the price of one unit whatever the quantity.
    """

    valid_from: dt.date
    subscription: Tariff
    max_channels: int
    per_call: Decimal | Tariff
    monthly_minimum: Decimal
    minimum_prorated: bool
    charge_basis: Literal["rerouted", "handled"]
    one_off: Mapping[str, Decimal | Tariff]
    options: Mapping[str, Decimal | Tariff]
    # What the codes of this list are called, by language.
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """A recurring add-on from ``first`` to ``last`` (None: until further notice)."""

    code: str
    quantity: int
    ordered_on: dt.date
    first: dt.date
    last: dt.date | None
    quoted_price: Decimal | None
    path: str


@dataclass(frozen=True, slots=True)
class OneOff:
    """Work charged once, in the month of ``completed_on``.

    ``bill_in``, the first day of a later month, when that one was closed before the
    work was entered.
    """

    code: str
    quantity: Decimal
    ordered_on: dt.date
    completed_on: dt.date | None
    quoted_price: Decimal | None
    path: str
    bill_in: dt.date | None = None

    @property
    def month(self) -> dt.date | None:
        """The first day of the month that bills it; None while it is not done."""
        done = self.completed_on
        return done and (self.bill_in or done.replace(day=1))


@dataclass(frozen=True, slots=True)
class Promo:
    """``percent`` off one code, from ``first`` to ``last`` (None: for good)."""

    code: str
    percent: Decimal
    first: dt.date
    last: dt.date | None


@dataclass(frozen=True, slots=True)
class Indexation:
    effective_on: dt.date
    factor: Decimal
    applies_to: frozenset[str]


@dataclass(frozen=True, slots=True)
class Calls:
    """``count`` calls that began on the local date ``day``."""

    day: dt.date
    treatment: str
    count: int


@dataclass(frozen=True, slots=True)
class Late:
    """Calls of a closed month that arrived after its invoice."""

    month: dt.date
    calls_billed: int
    calls_late: int
    minimum_billed: Decimal | None
    path: str


@dataclass(frozen=True, slots=True)
class ContractMonth:
    """One contract of the customer. ``numbers`` are (from, total) sorted by date."""

    id: str
    subscribed_on: dt.date
    activated_on: dt.date | None
    last_day: dt.date | None
    channels: int
    quoted_subscription: Decimal | None
    path: str
    numbers: tuple[tuple[dt.date, int], ...] = ()
    options: tuple[Option, ...] = ()
    promos: tuple[Promo, ...] = ()
    indexations: tuple[Indexation, ...] = ()
    one_offs: tuple[OneOff, ...] = ()
    calls: tuple[Calls, ...] = ()
    late: tuple[Late, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerMonth:
    """A customer's calendar month; ``month`` is its first day.

    ``correct_calls`` and ``amount_billed`` are told of a month whose calls were billed
    too much: how many are right, and what its invoices less its corrections come to.
    """

    month: dt.date
    price_lists: tuple[PriceList, ...]
    vat_category: VatCategory
    contracts: tuple[ContractMonth, ...]
    correct_calls: int | None = None
    amount_billed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line of a document; amounts in EUR excluding VAT.

    ``gross`` is the amount before ``allowance`` (a promotion), ``net`` after it.
    ``unit`` is a UN/ECE code: MON, DAY or C62 (one). ``done_on`` is the day of work
    that another month bills than its own. ``credited_with`` is the credit note that a
    line takes off another one. ``names`` are those of the price list, by language.
    """

    contract: str
    code: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    gross: Decimal
    base_quantity: int = 1
    allowance: Decimal = Decimal("0.00")
    percent: Decimal = Decimal(0)
    start: dt.date | None = None
    end: dt.date | None = None
    usage_month: dt.date | None = None
    units: Decimal = Decimal(1)
    done_on: dt.date | None = None
    credited_with: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        return self.gross - self.allowance


@dataclass(frozen=True, slots=True)
class Vat:
    """VAT of one category; ``rate`` in percent, None outside the scope of VAT."""

    category: str
    rate: Decimal | None
    taxable: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class PricedDocument:
    """An invoice or a credit note before it has a number. Amounts are positive."""

    kind: Literal["invoice", "credit_note"]
    lines: tuple[PricedLine, ...]
    vat: tuple[Vat, ...] = field(default=())

    @property
    def total_net(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal("0.00"))

    @property
    def total_vat(self) -> Decimal:
        return sum((vat.tax for vat in self.vat), Decimal("0.00"))

    @property
    def total_gross(self) -> Decimal:
        return self.total_net + self.total_vat
