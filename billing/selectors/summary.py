"""What a contract summary says, taken from the contract and its price list."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.documents.contract_summary import ContractSummaryContent, PriceLine
from billing.models import ContractOption, ContractSummary, PriceList
from billing.rating import codes
from billing.rating.errors import QuoteRequired
from billing.rating.model import PriceList as RatedPrices
from billing.rating.model import Tariff
from billing.rating.money import to_cents
from billing.rating.parse_prices import parse_price_list
from billing.rating.price import VAT_RATES
from billing.rating.tariffs import price_of
from billing.wording import code_words, in_order
from contracts.models import Contract
from numbers.models import GeographicNumber, ServiceOption
from vms_portal.kernel.local_time import local_date

Json = dict[str, Any]


class NoPriceListYet(Exception):
    """No price list is in force on the day the contract was subscribed."""


def price_list_of(contract: Contract) -> PriceList:
    """Return the contractual list: the one in force on the subscription date."""
    lists = PriceList.objects.filter(valid_from__lte=contract.subscribed_on)
    price_list = lists.order_by("-valid_from").first()
    if price_list is None:
        raise NoPriceListYet(contract)
    return price_list


def summary_content(contract: Contract, prices: PriceList, today: dt.date) -> Json:
    """Return the content as JSON, words in the customer's language."""
    tenant = contract.tenant
    rated = parse_price_list(prices.as_input())
    numbers = _numbers(contract, today)
    works = in_order({*rated.one_off, codes.COMPLEX.name})
    with translation.override(tenant.language):
        names = dict(ServiceOption.choices)
        ordered = _ordered(contract, today)
        free = [code for code in in_order(rated.options) if code not in ordered]
        monthly = [codes.SUBSCRIPTION.name, codes.CALL.name, codes.MINIMUM.name]
        monthly += [code for code, rows in ordered.items() for _row in rows]
        return {
            "customer": tenant.name,
            "channels": contract.channels,
            "numbers": [[str(names[key]), n] for key, n in sorted(numbers.items())],
            "monthly": [
                *_monthly(contract, rated, max(numbers.total(), 1)),
                *(row for rows in ordered.values() for row in rows),
            ],
            "one_off": _works(works, rated),
            "options": _options(free, rated),
            "on_request": _on_request({*ordered, *free}),
            "codes": {"monthly": monthly, "one_off": works, "options": free},
            "vat_rate": _rate(VAT_RATES[tenant.vat_treatment]),
        }


def _works(ordered: list[str], prices: RatedPrices) -> list[list[Any]]:
    return [
        [_work_words(code, prices), _text(prices.one_off.get(code))] for code in ordered
    ]


def _options(ordered: list[str], prices: RatedPrices) -> list[list[Any]]:
    """Options that can be ordered, at the price of one unit."""
    return [
        [code_words(code, prices.names.get(code)), _text(prices.options[code])]
        for code in ordered
    ]


def _work_words(code: str, prices: RatedPrices) -> str:
    """Return work as it is offered, with examples: no part of what is due."""
    if code in codes.CODES and (offer := codes.CODES[code].offer):
        return _(offer)
    return code_words(code, prices.names.get(code))


def _on_request(known: set[str]) -> list[str]:
    """Options that are neither ordered nor listed with a price."""
    return [
        _(family.offer)
        for family in codes.FAMILIES
        if not any(code.startswith(family.start) for code in known)
    ]


def is_outdated(summary: ContractSummary, today: dt.date) -> bool:
    """Would a summary of the contract tell other channels or prices today?

    How many numbers there are may change within a price without a new summary.
    """
    current = summary_content(summary.contract, summary.price_list, today)
    return _terms(current) != _terms(summary.content)


def _terms(content: Json) -> list[Any]:
    prices = [
        [price for _label, price in content[part]]
        for part in ("monthly", "one_off", "options")
    ]
    return [content["channels"], content["vat_rate"], *prices]


def content_of(summary: ContractSummary) -> ContractSummaryContent:
    """Return the frozen content as the document wants it."""
    content = summary.content
    codes = content.get("codes", {})
    on_request = [PriceLine(words, None) for words in content.get("on_request", [])]
    return ContractSummaryContent(
        reference=f"{summary.contract.reference} v{summary.version}",
        customer=content["customer"],
        language=summary.language,
        issued_on=local_date(summary.created_at),
        channels=content["channels"],
        numbers=[(name, count) for name, count in content["numbers"]],
        monthly=_lines(content["monthly"], codes.get("monthly", [])),
        one_off=_lines(content["one_off"], codes.get("one_off", [])),
        options=[*_lines(content["options"], codes.get("options", [])), *on_request],
        vat_rate=Decimal(content["vat_rate"]) if content["vat_rate"] else None,
        price_list=summary.price_list.reference,
    )


def _numbers(contract: Contract, today: dt.date) -> Counter[str]:
    """How many numbers of each option the contract has, those to come included."""
    numbers = GeographicNumber.objects.filter(contract=contract).filter(
        Q(released_on=None) | Q(released_on__gte=today)
    )
    counts: Counter[str] = Counter()
    for number in numbers.prefetch_related("option_periods"):
        day = max(today, number.activated_on)
        counts[number.option_on(day) or ServiceOption.CLASSIC] += 1
    return counts


def _monthly(contract: Contract, prices: RatedPrices, count: int) -> list[list[Any]]:
    quote = getattr(contract, "quote", None)
    subscription = quote.monthly_price if quote else _listed(contract, prices, count)
    label = ngettext(
        "Subscription, %(count)d number", "Subscription, %(count)d numbers", count
    )
    return [
        [label % {"count": count}, _text(subscription)],
        [_("TRM, rerouting fee"), _text(prices.per_call)],
        [_("TRM, minimum billed"), _text(prices.monthly_minimum)],
    ]


def _listed(contract: Contract, prices: RatedPrices, count: int) -> Decimal | None:
    """The list's subscription; None where numbers or channels go beyond the list."""
    if contract.channels > prices.max_channels:
        return None
    try:
        return price_of(prices.subscription, Decimal(count), "")
    except QuoteRequired:
        return None


def _ordered(contract: Contract, today: dt.date) -> dict[str, list[list[Any]]]:
    """What is ordered with the contract, at the price of all units, by code."""
    rows: dict[str, list[list[Any]]] = {}
    options = ContractOption.objects.filter(contract=contract).filter(
        Q(ends_on=None) | Q(ends_on__gte=today)
    )
    for option in options.select_related("order"):
        packs = codes.packs_of(option.code, option.messages)
        units = Decimal(option.quantity if packs is None else packs)
        listed = _list_of(option)
        names = listed.names.get(option.code) if listed else None
        words = code_words(option.code, names)
        label = words if units == 1 else f"{words} × {units}"
        price = _price_of_all(option, units, listed)
        rows.setdefault(option.code, []).append([label, _text(price)])
    return rows


def _list_of(option: ContractOption) -> RatedPrices | None:
    lists = PriceList.objects.filter(valid_from__lte=option.order.ordered_on)
    price_list = lists.order_by("-valid_from").first()
    return parse_price_list(price_list.as_input()) if price_list else None


def _price_of_all(
    option: ContractOption, units: Decimal, listed: RatedPrices | None
) -> Decimal | None:
    """The month's price by the list of the order; None is on quotation."""
    if option.quoted_price is not None:
        return to_cents(option.quoted_price * units)
    try:
        return price_of(listed.options[option.code], units, "") if listed else None
    except (KeyError, QuoteRequired):
        return None


def _text(price: Decimal | Tariff | None) -> str | None:
    """A plain price; bands are told on request, as the document says."""
    return f"{price:f}" if isinstance(price, Decimal) else None


def _rate(rate: Decimal | None) -> str | None:
    return str(rate) if rate else None


def _lines(rows: list[list[Any]], codes: list[str]) -> list[PriceLine]:
    """Summaries drawn up before codes were kept are without them."""
    known = [*codes, *([""] * len(rows))]
    return [
        PriceLine(label, None if price is None else Decimal(price), code)
        for (label, price), code in zip(rows, known, strict=False)
    ]
