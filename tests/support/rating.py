"""Invoices as rating makes them."""

from billing.rating.output import document_json
from billing.rating.parse import parse_month
from billing.rating.price import price_invoice
from tests.billing.rating_samples import month


def invoice(*contracts, **changes):
    return document_json(price_invoice(parse_month(month(*contracts, **changes))))
