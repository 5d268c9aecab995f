"""Many small customers at once."""

import datetime as dt

from contracts.models import Contract
from numbers.models import GeographicNumber, Site
from tenants.models import Tenant
from tests.support.october import OCTOBER
from traffic.models import ContractDay


def make_customers(count: int, calls: int = 400) -> None:
    """Customers with one contract each, and 400 October calls or more, one by one."""
    tenants = Tenant.objects.bulk_create(
        Tenant(reference=f"T{n:03d}", name=f"Customer {n}") for n in range(count)
    )
    contracts = Contract.objects.bulk_create(
        Contract(
            tenant=t,
            reference="C1",
            state="active",
            activated_on=OCTOBER,
            subscribed_on=dt.date(2026, 9, 14),
        )
        for t in tenants
    )
    sites = Site.objects.bulk_create(
        Site(tenant=t, name="Main", slug="main") for t in tenants
    )
    GeographicNumber.objects.bulk_create(
        GeographicNumber(
            tenant=c.tenant,
            contract=c,
            site=s,
            activated_on=OCTOBER,
            e164=f"+322{5_000_000 + n}",
        )
        for n, (c, s) in enumerate(zip(contracts, sites, strict=True))
    )
    ContractDay.objects.bulk_create(
        ContractDay(tenant=c.tenant, contract=c, day=OCTOBER, rerouted=calls + n)
        for n, c in enumerate(contracts)
    )
