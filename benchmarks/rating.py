"""Rating a month from its day sums, beside a GROUP BY of the same calls."""

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.db import connection

from benchmarks import calls
from benchmarks.measure import Row, against, best_wall, report
from billing.models import PriceList
from billing.rating.parse import parse_month
from billing.rating.price import price_invoice
from billing.selectors.requests import rating_requests
from billing.selectors.usage import usage_by_tenant
from billing.services.closing import CHUNK
from billing.tasks import FREEZE
from contracts.models import Contract
from numbers.models import GeographicNumber, Site
from tenants.models import Tenant
from vms_portal.kernel.scoping import system_scope

CUSTOMERS = 2_000
A_DAY = 8
TARGET = 15
KINDS = (
    "generate_series('2026-10-01'::date, '2026-10-31', '1 day') d, "
    "(VALUES ('rerouted'), ('direct')) t(t), "
    "(VALUES ('answered'), ('no_answer')) o(o)"
)
DAY_SUMS = (
    "INSERT INTO traffic_contractday "
    "(tenant_id, contract_id, day, treatment, outcome, calls) "
    f"SELECT c.tenant_id, c.id, d::date, t, o, {A_DAY} "  # noqa: S608
    f"FROM contracts_contract c, {KINDS} WHERE c.reference = 'RATE'"
)
CALLS = (
    "CREATE UNLOGGED TABLE bench_calls AS "
    "SELECT c AS contract_id, d::date AS day, t AS treatment, o AS outcome "
    f"FROM generate_series(1, {CUSTOMERS}) c, {KINDS}, generate_series(1, {A_DAY})"
)
GROUPED = "SELECT contract_id, day, treatment, {} FROM {} GROUP BY 1, 2, 3"


def make_customers() -> list[Tenant]:
    """Customers with a contract, a number and the calls of October."""
    definition = json.loads(
        (settings.BASE_DIR / "demo" / "price-list-2026.json").read_text()
    )
    del definition["id"], definition["valid_from"]
    PriceList.objects.create(
        reference="PL-RATE", valid_from=dt.date(2026, 1, 1), definition=definition
    )
    tenants = Tenant.objects.bulk_create(
        Tenant(reference=f"RATE-{n}", name=f"Customer {n}") for n in range(CUSTOMERS)
    )
    contracts = Contract.objects.bulk_create(
        Contract(
            tenant=tenant,
            reference="RATE",
            state=Contract.State.ACTIVE,
            subscribed_on=dt.date(2026, 9, 14),
            activated_on=calls.MONTH,
        )
        for tenant in tenants
    )
    sites = Site.objects.bulk_create(
        Site(tenant=tenant, name="Main", slug="main") for tenant in tenants
    )
    GeographicNumber.objects.bulk_create(
        GeographicNumber(
            tenant=contract.tenant,
            contract=contract,
            site=site,
            activated_on=calls.MONTH,
            e164=f"+322{6_000_000 + n}",
        )
        for n, (contract, site) in enumerate(zip(contracts, sites, strict=True))
    )
    with connection.cursor() as cursor:
        cursor.execute(DAY_SUMS)
    return tenants


def rate(tenants: list[Tenant]) -> None:
    """Read the usage and price it, in the portions of the month close."""
    usage: dict[int, dict[str, Any]] = {}
    for start in range(0, len(tenants), FREEZE):
        ids = [tenant.pk for tenant in tenants[start : start + FREEZE]]
        usage |= usage_by_tenant(calls.MONTH, ids)
    for start in range(0, len(tenants), CHUNK):
        pairs = [(one, usage[one.pk]) for one in tenants[start : start + CHUNK]]
        for request in rating_requests(calls.MONTH, pairs).values():
            document = price_invoice(parse_month(request))
            assert document is not None
            assert document.total_net > 0


def group_calls() -> float:
    with calls.as_owner() as cursor:
        cursor.execute(CALLS)
        cursor.execute("ANALYZE bench_calls")
        text = GROUPED.format("count(*)", "bench_calls")
        seconds = best_wall(lambda: cursor.execute(text))
        cursor.execute("DROP TABLE bench_calls")
    return seconds


def group_day_sums() -> float:
    text = GROUPED.format("sum(calls)", "traffic_contractday")
    with connection.cursor() as cursor:
        return best_wall(lambda: cursor.execute(text))


def main() -> None:
    grouped = group_calls()
    with system_scope():
        tenants = make_customers()
        summed = group_day_sums()
        rated = best_wall(lambda: rate(tenants), times=2)
    value = f"{rated:.2f} s"
    many = CUSTOMERS * 31 * 4 * A_DAY / 1e6
    name = f"rating {CUSTOMERS:,} contracts, vs GROUP BY of"
    theirs = f"{grouped:.2f} s"
    in_calls = f"{name} {many:.1f} M calls"
    report(
        [
            against(in_calls, value, theirs, grouped / rated, TARGET),
            Row(f"{name} day sums", value, f"{summed:.2f} s", summed / rated, "-"),
        ]
    )
