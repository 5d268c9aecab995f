"""The seed's price list and contract, as the JSON of ``price_month``, and asking it."""

import copy
from typing import Any

from billing.management.commands.price_month import price
from billing.rating.output import document_json

PRICE_LIST: dict[str, Any] = {
    "id": "PL-2025",
    "valid_from": "2025-01-01",
    "subscription": {"mode": "flat_band", "bands": [{"up_to": 20, "price": "53.30"}]},
    "trm": {
        "per_call": "0.04",
        "monthly_minimum": "15.00",
        "minimum_prorated": True,
        "charge_basis": "rerouted",
    },
    "one_off": {
        "INSTALL": "120.00",
        "CONSULT_DAY": "950.00",
        "PROG_SMALL": "50.00",
        "PROG_LARGE": "150.00",
        "PROG_XLARGE": "250.00",
    },
    "options": {"REC_500MB": "23.00", "MSG_10": "4.00"},
}


def calls(count: int, start: str = "2026-11-10T09:00:00Z", outcome: str = "rerouted"):
    return [{"bulk": count, "start": start, "outcome": outcome}]


def contract(**changes: Any) -> dict[str, Any]:
    values = {
        "id": "C1",
        "subscribed_on": "2026-10-01",
        "activated_on": "2026-10-01",
        "last_day": None,
        "channels": 16,
        "numbers": [{"from": "2026-10-01", "count": 20}],
    }
    return {**values, **changes}


def month(*contracts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    values = {
        "period": "2026-11",
        "price_lists": [copy.deepcopy(PRICE_LIST)],
        "customer": {"country": "BE", "vat_treatment": "S"},
        "contracts": list(contracts) or [contract()],
    }
    return {**values, **changes}


def priced(*contracts, kind="invoice", **changes) -> dict[str, Any]:
    return document_json(price({"kind": kind, "input": month(*contracts, **changes)}))


def amounts(document) -> list[tuple[str, str]]:
    """Every line as its code and net amount, in the order of the document."""
    return [(line["code"], line["net"]) for line in document["lines"]]


def only(code: str, document) -> list[dict[str, Any]]:
    return [line for line in document["lines"] if line["code"] == code]


def priced_at(**changes) -> list[dict[str, Any]]:
    """The sample's price list with some of its parts replaced."""
    prices = copy.deepcopy(PRICE_LIST)
    for part, values in changes.items():
        prices[part] = {**prices[part], **values}
    return [prices]


def bands(mode: str, *pairs: tuple[int | None, str]) -> dict[str, Any]:
    return {"mode": mode, "bands": [{"up_to": n, "price": p} for n, p in pairs]}


def option(code="REC_500MB", **changes) -> dict[str, Any]:
    values = {"code": code, "ordered_on": "2026-11-01", "from": "2026-10-01"}
    return {**values, **changes}


def one_off(code="PROG_SMALL", **changes) -> dict[str, Any]:
    dates = {"ordered_on": "2026-11-02", "completed_on": "2026-11-12"}
    return {"code": code, **dates, **changes}


def call(call_id="q1", start="2026-11-04T10:00:00Z", outcome="rerouted"):
    return {"source": "sw1", "call_id": call_id, "start": start, "outcome": outcome}


FULL = [("SUB", "53.30"), ("TRM_MIN", "15.00")]
NEWER = copy.deepcopy(PRICE_LIST) | {"id": "PL-2026", "valid_from": "2026-10-02"}
NEWER["one_off"] = {**NEWER["one_off"], "PROG_SMALL": "60.00"}
