"""A document as the JSON of ``price_month``: amounts are strings."""

from decimal import Decimal
from typing import Any

from billing.rating.model import PricedDocument, PricedLine, Vat


def document_json(document: PricedDocument | None) -> dict[str, Any]:
    if document is None:
        return {"document": None}
    return {
        "document": document.kind,
        "lines": [line_json(line) for line in document.lines],
        "vat": [_vat(vat) for vat in document.vat],
        "total_net": money_text(document.total_net),
        "total_vat": money_text(document.total_vat),
        "total_gross": money_text(document.total_gross),
    }


def line_json(line: PricedLine) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "contract": line.contract,
        "code": line.code,
        "quantity": number_text(line.quantity),
        "unit": line.unit,
        "unit_price": money_text(line.unit_price),
        "base_quantity": str(line.base_quantity),
        "gross": money_text(line.gross),
        "allowance": money_text(line.allowance),
        "net": money_text(line.net),
    }
    if line.start is not None and line.end is not None:
        shown |= {"start": line.start.isoformat(), "end": line.end.isoformat()}
    if line.usage_month is not None:
        shown["usage_period"] = f"{line.usage_month:%Y-%m}"
    return shown


def _vat(vat: Vat) -> dict[str, Any]:
    return {
        "category": vat.category,
        "rate": None if vat.rate is None else number_text(vat.rate),
        "taxable": money_text(vat.taxable),
        "tax": money_text(vat.tax),
    }


def number_text(value: Decimal) -> str:
    """Return the shortest plain form: ``1``, ``1.5``, ``400``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_text(value: Decimal) -> str:
    """Return at least two decimals: ``53.30``, ``0.04``, ``0.0385``."""
    text = number_text(value)
    decimals = len(text.partition(".")[2])
    return text if decimals > 2 else f"{value:.2f}"
