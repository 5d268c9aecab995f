"""The seed's price list and contract, as the JSON of ``price_month``."""

import copy
from typing import Any

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
