"""What a month costs as things stand, without issuing anything."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from billing.rating.errors import RatingError
from billing.rating.model import PricedDocument
from billing.rating.parse import MonthParser
from billing.rating.price import price_invoice
from billing.selectors.requests import rating_requests
from billing.selectors.usage import usage_by_tenant
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Estimate:
    """``document`` is None when there is nothing to bill, or with a ``problem``."""

    tenant: Tenant
    document: PricedDocument | None
    problem: str = ""


def estimate(month: dt.date, tenants: Sequence[Tenant]) -> list[Estimate]:
    """Price ``month`` (its first day) for each customer from the usage so far."""
    usage = usage_by_tenant(month, [tenant.pk for tenant in tenants])
    requests = rating_requests(month, [(t, usage[t.pk]) for t in tenants])
    estimates, parse = [], MonthParser()
    for tenant in tenants:
        try:
            document = price_invoice(parse(requests[tenant.pk]))
            estimates.append(Estimate(tenant, document))
        except RatingError as error:
            estimates.append(Estimate(tenant, None, error.message))
    return estimates
