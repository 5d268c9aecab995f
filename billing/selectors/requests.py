"""What rating is asked: frozen usage with today's prices and orders."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Sum

from billing.models import (
    ContractOption,
    Correction,
    Invoice,
    InvoiceLine,
    OneOff,
    PriceList,
)
from billing.rating import codes
from billing.selectors.usage import quoted_subscription
from contracts.models import Contract
from tenants.models import Tenant

Json = dict[str, Any]
# EUR by tenant id, contract reference and month.
Minimums = dict[tuple[int, str, dt.date], Decimal]
RELATED = (
    Prefetch("options", ContractOption.objects.select_related("order")),
    Prefetch("one_offs", OneOff.objects.select_related("order")),
    "promotions",
    "indexations",
)


def price_lists() -> list[Json]:
    return [item.as_input() for item in PriceList.objects.order_by("valid_from")]


def rating_requests(
    month: dt.date, usages: Iterable[tuple[Tenant, Json]]
) -> dict[int, Json]:
    """Return the input of ``price_month`` for each customer, by tenant id."""
    pairs = list(usages)
    lists = price_lists()
    keys = [int(key) for _tenant, usage in pairs for key in usage["contracts"]]
    contracts = Contract.objects.filter(pk__in=keys).select_related("quote")
    by_tenant: dict[int, list[Contract]] = {tenant.pk: [] for tenant, _usage in pairs}
    for contract in contracts.prefetch_related(*RELATED).order_by("reference"):
        by_tenant[contract.tenant_id].append(contract)
    minimums = _minimums_billed(pairs)
    return {
        tenant.pk: {
            "period": f"{month:%Y-%m}",
            "price_lists": lists,
            "customer": {
                "country": tenant.country,
                "vat_treatment": tenant.vat_treatment,
            },
            "contracts": [
                _contract(
                    contract, usage["contracts"][str(contract.pk)], month, minimums
                )
                for contract in by_tenant[tenant.pk]
            ],
        }
        for tenant, usage in pairs
    }


def _minimums_billed(usages: Iterable[tuple[Tenant, Json]]) -> Minimums:
    """The TRM minimum that invoices charged for months which have late calls now.

    Where the calls alone came to more, their month has no line for it and no entry.
    Where days were credited, it is what is left of it.
    """
    months: set[dt.date] = set()
    tenants = []
    for tenant, usage in usages:
        entries = [e for used in usage["contracts"].values() for e in used["late"]]
        months |= {dt.date.fromisoformat(f"{entry['month']}-01") for entry in entries}
        tenants += [tenant] if entries else []
    if not tenants:
        return {}
    lines = InvoiceLine.objects.filter(
        tenant__in=tenants,
        code__in=[codes.CALL.name, codes.MINIMUM.name],
        invoice__kind=Invoice.Kind.INVOICE,
        invoice__month__in=months,
    )
    keys = "tenant", "contract", "invoice__month"
    by_month = lines.order_by().values_list(*keys).annotate(Sum("gross"))
    has_minimum = set(lines.filter(code=codes.MINIMUM.name).values_list(*keys))
    minimums = {row[:3]: row[3] for row in by_month if row[:3] in has_minimum}
    cut = Correction.objects.filter(tenant__in=tenants, month__in=months)
    fields = "tenant", "contract__reference", "month", "minimum"
    rows = cut.exclude(minimum=None).order_by("-last_day").values_list(*fields)
    return minimums | {row[:3]: row[3] for row in rows}


def _contract(contract: Any, usage: Json, month: dt.date, minimums: Minimums) -> Json:
    # A quotation that was missing is entered after the month is frozen.
    quoted = usage.get("quoted_subscription") or quoted_subscription(contract)
    return {
        "id": contract.reference,
        "subscribed_on": _day(contract.subscribed_on),
        "activated_on": usage["activated_on"],
        "last_day": usage["last_day"],
        "channels": contract.channels,
        "quoted_subscription": quoted,
        "numbers": usage["numbers"],
        "options": [_option(option) for option in contract.options.all()],
        "promos": [_promotion(promo) for promo in contract.promotions.all()],
        "indexations": [_indexation(step) for step in contract.indexations.all()],
        "one_offs": [_one_off(work) for work in contract.one_offs.all()],
        "calls": _calls(usage, month),
        "late": [_late(contract, entry, minimums) for entry in usage["late"]],
    }


def _late(contract: Any, entry: Json, minimums: Minimums) -> Json:
    month = dt.date.fromisoformat(f"{entry['month']}-01")
    billed = minimums.get((contract.tenant_id, contract.reference, month))
    return {
        "period": entry["month"],
        "calls_billed": entry["calls_billed"],
        "calls_late": entry["calls_late"],
        "minimum_billed": _plain(billed),
    }


def _calls(usage: Json, month: dt.date) -> list[Json]:
    """One entry for each treatment: its calls of all active days, on the first."""
    first = max(month.isoformat(), usage["activated_on"] or "")
    # Noon in UTC lies on the same day in Brussels.
    start = f"{first}T12:00:00Z"
    return [
        {"bulk": entry["calls"], "start": start, "outcome": entry["treatment"]}
        for entry in usage["calls"]
    ]


def _option(option: Any) -> Json:
    return {
        "code": option.code,
        "quantity": option.quantity,
        "messages": option.messages,
        "ordered_on": _day(option.order.ordered_on),
        "from": _day(option.starts_on),
        "to": _day(option.ends_on),
        "quoted_price": _plain(option.quoted_price),
    }


def _one_off(work: Any) -> Json:
    return {
        "code": work.code,
        "quantity": _plain(work.quantity),
        "ordered_on": _day(work.order.ordered_on),
        "completed_on": _day(work.completed_on),
        "bill_in": f"{work.bill_in:%Y-%m}" if work.bill_in else None,
        "quoted_price": _plain(work.quoted_price),
    }


def _promotion(promo: Any) -> Json:
    return {
        "code": promo.code,
        "percent": _plain(promo.percent),
        "from": _day(promo.starts_on),
        "to": _day(promo.ends_on),
    }


def _indexation(step: Any) -> Json:
    return {
        "effective_on": _day(step.effective_on),
        "factor": _plain(step.factor),
        "applies_to": step.applies_to,
    }


def _day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def _plain(value: Any) -> str | None:
    return None if value is None else f"{value:f}"
