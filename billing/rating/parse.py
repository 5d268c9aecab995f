"""The JSON of ``price_month`` to frozen values; the same text freezes a close."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from billing.rating import codes, fields
from billing.rating.errors import BadInput
from billing.rating.fields import Node
from billing.rating.model import (
    Calls,
    ContractMonth,
    CustomerMonth,
    Indexation,
    Late,
    OneOff,
    Option,
    PriceList,
    Promo,
    VatCategory,
)
from billing.rating.parse_prices import Catalogue, read_price_list

BRUSSELS = ZoneInfo("Europe/Brussels")
Identity = tuple[str, str]
Identities = Mapping[Identity, int]


class MonthParser:
    """Reads months of many customers; price lists they share are read once.

    Calling it returns the customer's month; BadInput names the first value that
    is wrong. The shared ``price_lists`` must not be changed between two calls.
    """

    def __init__(self) -> None:
        self._shared: Any = None
        self._lists: tuple[PriceList, ...] = ()
        self._catalogue = Catalogue.of(())

    def __call__(self, data: Any, path: str = "/input") -> CustomerMonth:
        root = Node(data, path)
        node = root.child("price_lists")
        if self._shared is None or node.value is not self._shared:
            self._lists = _price_lists(node)
            self._catalogue = Catalogue.of(self._lists)
            self._shared = node.value
        return _month(root, self._lists, self._catalogue)


def parse_month(data: Any, path: str = "/input") -> CustomerMonth:
    """Return one customer's month; BadInput names the first value that is wrong."""
    return MonthParser()(data, path)


def _price_lists(node: Node) -> tuple[PriceList, ...]:
    lists = tuple(read_price_list(item) for item in node.items())
    days = [item.valid_from for item in lists]
    if len(days) != len(set(days)):
        raise node.fail("Two price lists start on one day.")
    return lists


def _month(
    root: Node, lists: tuple[PriceList, ...], catalogue: Catalogue
) -> CustomerMonth:
    customer = root.child("customer")
    category: VatCategory = "S"
    if customer.value is not fields.MISSING:
        category = customer.child("vat_treatment").default(
            fields.one_of("S", "AE", "O", "E"), "S"
        )
    contracts = root.child("contracts").items()
    identities = _identities(contracts)
    return CustomerMonth(
        month=fields.month(root.child("period")),
        price_lists=lists,
        vat_category=category,
        contracts=tuple(_contract(node, catalogue, identities) for node in contracts),
        correct_calls=root.child("correct_calls").optional(fields.count),
        amount_billed=root.child("amount_billed").optional(fields.price),
    )


def _contract(
    node: Node, catalogue: Catalogue, identities: Identities
) -> ContractMonth:
    subscribed_on = fields.date(node.child("subscribed_on"))
    return ContractMonth(
        id=fields.text(node.child("id")),
        subscribed_on=subscribed_on,
        activated_on=node.child("activated_on").optional(fields.date),
        last_day=node.child("last_day").optional(fields.date),
        channels=node.child("channels").default(fields.count, 1),
        quoted_subscription=node.child("quoted_subscription").optional(fields.price),
        path=node.path,
        numbers=_numbers(node.child("numbers")),
        options=tuple(_option(n, catalogue) for n in node.child("options").items()),
        promos=tuple(_promo(n, catalogue) for n in node.child("promos").items()),
        indexations=tuple(
            _indexation(n, catalogue) for n in node.child("indexations").items()
        ),
        one_offs=_one_offs(node.child("one_offs"), catalogue, subscribed_on),
        calls=tuple(_calls(node.child("calls"), identities)),
        late=tuple(_late(n) for n in node.child("late").items()),
    )


def _numbers(node: Node) -> tuple[tuple[dt.date, int], ...]:
    totals: dict[dt.date, int] = {}
    for entry in node.items():
        day = fields.date(entry.child("from"))
        count = fields.count(entry.child("count"))
        if totals.setdefault(day, count) != count:
            raise entry.fail(f"Two totals for {day}.")
    return tuple(sorted(totals.items()))


def _option(node: Node, catalogue: Catalogue) -> Option:
    code = catalogue.option(node.child("code"))
    messages = node.child("messages").optional(fields.whole)
    quantity = codes.packs_of(code, messages)
    if quantity is None:
        quantity = node.child("quantity").default(fields.whole, 1)
    return Option(
        code=code,
        quantity=quantity,
        ordered_on=fields.date(node.child("ordered_on")),
        first=fields.date(node.child("from")),
        last=node.child("to").optional(fields.date),
        quoted_price=node.child("quoted_price").optional(fields.price),
        path=node.path,
    )


def _one_offs(
    node: Node, catalogue: Catalogue, subscribed_on: dt.date
) -> tuple[OneOff, ...]:
    entries = tuple(_one_off(n, catalogue, subscribed_on) for n in node.items())
    installs = [entry for entry in entries if codes.is_once(entry.code)]
    if len(installs) > 1:
        raise BadInput("A contract is installed once.", installs[1].path)
    return entries


def _one_off(node: Node, catalogue: Catalogue, subscribed_on: dt.date) -> OneOff:
    code = catalogue.one_off(node.child("code"))
    quantity_node = node.child("quantity")
    quantity = quantity_node.default(fields.positive, Decimal(1))
    if told := codes.refused_quantity(code, quantity):
        raise quantity_node.fail(told)
    ordered = node.child("ordered_on")
    is_install = codes.is_once(code)
    completed_on = node.child("completed_on").optional(fields.date)
    return OneOff(
        code=code,
        quantity=quantity,
        ordered_on=ordered.default(fields.date, subscribed_on)
        if is_install
        else fields.date(ordered),
        completed_on=completed_on,
        quoted_price=node.child("quoted_price").optional(fields.price),
        path=node.path,
        bill_in=_bill_in(node.child("bill_in"), completed_on),
    )


def _bill_in(node: Node, completed_on: dt.date | None) -> dt.date | None:
    month = node.optional(fields.month)
    if month and completed_on and month < completed_on.replace(day=1):
        raise node.fail("Work is billed in the month of its completion or later.")
    return month


def _promo(node: Node, catalogue: Catalogue) -> Promo:
    return Promo(
        code=catalogue.promo(node.child("code")),
        percent=fields.percent(node.child("percent")),
        first=fields.date(node.child("from")),
        last=node.child("to").optional(fields.date),
    )


def _indexation(node: Node, catalogue: Catalogue) -> Indexation:
    effective = node.child("effective_on")
    day = fields.date(effective)
    if day.day != 1:
        raise effective.fail("An indexation takes effect on the first of a month.")
    codes = node.child("applies_to")
    return Indexation(
        effective_on=day,
        factor=fields.positive(node.child("factor")),
        applies_to=frozenset(catalogue.indexable(code) for code in codes.items()),
    )


def _identities(contracts: Iterable[Node]) -> Identities:
    """Rule 13: the contents told under each key, over all contracts.

    The contract is part of the content: a call has one called number, and a
    number has one contract.
    """
    told: dict[Identity, set[tuple[str, dt.datetime, str]]] = {}
    for contract in contracts:
        for entry in contract.child("calls").items():
            identity = _identity(entry)
            if identity is not None:
                content = (contract.path, _start(entry), _treatment(entry))
                told.setdefault(identity, set()).add(content)
    return {identity: len(contents) for identity, contents in told.items()}


def _identity(entry: Node) -> Identity | None:
    """Return a call's key; bulk and a call without a full key are distinct."""
    if entry.child("bulk").optional(fields.count) is not None:
        return None
    source = entry.child("source").optional(fields.text)
    call_id = entry.child("call_id").optional(fields.text)
    return None if source is None or call_id is None else (source, call_id)


def _start(entry: Node) -> dt.datetime:
    return fields.instant(entry.child("start"))


def _treatment(entry: Node) -> str:
    treatment = fields.one_of("direct", "rerouted", "refused", "test")
    return str(treatment(entry.child("outcome")))


def _calls(node: Node, identities: Identities) -> Iterable[Calls]:
    """Rule 13: one key and content counts once; one key, two contents never."""
    counted: set[Identity] = set()
    for entry in node.items():
        day, treatment = _start(entry).astimezone(BRUSSELS).date(), _treatment(entry)
        identity = _identity(entry)
        if identity is None:
            bulk = entry.child("bulk").default(fields.count, 1)
            yield Calls(day, treatment, bulk)
        elif identities[identity] == 1 and identity not in counted:
            counted.add(identity)
            yield Calls(day, treatment, 1)


def _late(node: Node) -> Late:
    return Late(
        month=fields.month(node.child("period")),
        calls_billed=fields.count(node.child("calls_billed")),
        calls_late=fields.count(node.child("calls_late")),
        minimum_billed=node.child("minimum_billed").optional(fields.price),
        path=node.path,
    )
