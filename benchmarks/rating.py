"""A month's usage from the roll-up beside a GROUP BY of the same calls; pricing."""

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from benchmarks import calls
from benchmarks.measure import Row, against, best_cpu, best_wall, report
from billing.models import PriceList
from billing.rating.parse import MonthParser
from billing.rating.price import price_invoice
from billing.selectors.counted import calls_of
from billing.selectors.requests import rating_requests
from billing.selectors.usage import contracts_in, usage_by_tenant
from billing.services.closing import CHUNK
from billing.services.numbering import take_numbers
from billing.tasks import FREEZE
from contracts.models import Contract
from numbers.models import GeographicNumber, Site
from tenants.models import Tenant
from vms_portal.kernel.data.row_security import system_scope

CUSTOMERS = 10_000
PRICED = 2_000
ONE_BY_ONE = 1_000
A_DAY = 8
KINDS = (
    "generate_series('2026-10-01'::date, '2026-10-31', '1 day') d, "
    "(VALUES ('rerouted'), ('direct')) t(t), "
    "(VALUES ('answered'), ('no_answer')) o(o)"
)
DAYS = 31
# Of each treatment as many as there are outcomes.
DAY_SUMS = (
    "INSERT INTO traffic_contractday "
    "(tenant_id, contract_id, day, direct, rerouted, refused, test) "
    "SELECT tenant_id, id, d::date, 2 * %s, 2 * %s, 0, 0 FROM contracts_contract, "
    "generate_series('2026-10-01'::date, '2026-10-31', '1 day') d"
)
CALLS = (
    "CREATE UNLOGGED TABLE bench_calls AS SELECT c AS contract_id, "
    "d + interval '9 hours' AS started_at, t AS treatment, o AS outcome "
    f"FROM generate_series(1, {CUSTOMERS}) c, {KINDS}, generate_series(1, {A_DAY})"
)
GROUPED = "SELECT contract_id, treatment, count(*) FROM bench_calls GROUP BY 1, 2"
ONE_NUMBER = "UPDATE billing_invoiceseries SET last_number = last_number + 1"


def make_prices() -> None:
    """The price list of the demonstration, which all of them pay."""
    path = settings.BASE_DIR / "demo" / "price-list-2026.json"
    definition = json.loads(path.read_text())
    del definition["id"], definition["valid_from"]
    PriceList.objects.create(
        reference="PL-RATE", valid_from=dt.date(2026, 1, 1), definition=definition
    )


def make_customers() -> list[Tenant]:
    """Customers with a contract and a number each."""
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
    return tenants


def fill_roll_up(a_day: int) -> None:
    """The day sums of October, in place of any that are there."""
    with calls.as_owner() as cursor:
        cursor.execute("TRUNCATE traffic_contractday, traffic_contractmonth")
        # Checked for each row, and no part of what is measured.
        cursor.execute(
            "ALTER TABLE traffic_contractday "
            "DROP CONSTRAINT IF EXISTS traffic_contractday_contract"
        )
    with system_scope(), connection.cursor() as cursor:
        cursor.execute(DAY_SUMS, [a_day, a_day])
    with calls.as_owner() as cursor:
        cursor.execute(
            "VACUUM ANALYZE traffic_contractday, traffic_contractmonth, "
            "contracts_contract"
        )


def group_calls() -> float:
    with calls.as_owner() as cursor:
        cursor.execute(CALLS)
        cursor.execute("ANALYZE bench_calls")
        seconds = best_wall(lambda: cursor.execute(GROUPED))
        cursor.execute("DROP TABLE bench_calls")
    return seconds


def read_calls() -> float:
    """The calls of all contracts, in the portions of the month close."""
    with system_scope():
        contracts = list(contracts_in(calls.MONTH))
        starts = range(0, len(contracts), FREEZE)
        return best_wall(
            lambda: [
                calls_of(contracts[start : start + FREEZE], calls.MONTH)
                for start in starts
            ]
        )


def read_usage(tenants: list[Tenant]) -> dict[int, dict[str, Any]]:
    usage: dict[int, dict[str, Any]] = {}
    for start in range(0, len(tenants), FREEZE):
        ids = [tenant.pk for tenant in tenants[start : start + FREEZE]]
        usage |= usage_by_tenant(calls.MONTH, ids)
    return usage


def price(tenants: list[Tenant], usage: dict[int, dict[str, Any]]) -> None:
    """Orders and prices read and applied, in the chunks of the month close."""
    for start in range(0, len(tenants), CHUNK):
        pairs = [(one, usage[one.pk]) for one in tenants[start : start + CHUNK]]
        parse = MonthParser()
        for request in rating_requests(calls.MONTH, pairs).values():
            document = price_invoice(parse(request))
            assert document is not None
            assert document.total_net > 0


def number_in_blocks() -> None:
    for _chunk in range(CUSTOMERS // CHUNK):
        with transaction.atomic():
            take_numbers("invoice", calls.MONTH, CHUNK)


def number_one_by_one() -> None:
    with connection.cursor() as cursor:
        for _invoice in range(ONE_BY_ONE):
            cursor.execute(ONE_NUMBER)


def usage_rows() -> list[Row]:
    grouped = group_calls()
    with system_scope():
        make_prices()
        make_customers()
    fill_roll_up(A_DAY)
    once = read_calls()
    fill_roll_up(2 * A_DAY)
    twice = read_calls()
    sums = CUSTOMERS * DAYS / 1e6
    many = sums * 4 * A_DAY
    name = f"calls of {CUSTOMERS:,} contracts"
    return [
        against(
            f"{name} from {sums:.1f} M day sums, vs GROUP BY of {many:.1f} M calls",
            f"{once * 1e3:.0f} ms",
            f"{grouped * 1e3:.0f} ms",
            grouped / once,
            15,
        ),
        Row(
            f"{name}, twice as many calls",
            f"{twice * 1e3:.0f} ms",
            f"{once * 1e3:.0f} ms",
            twice / once,
            "at most 1.1x",
            twice / once <= 1.1,
        ),
    ]


def pricing_rows() -> list[Row]:
    with system_scope():
        tenants = list(Tenant.objects.filter(reference__startswith="RATE-")[:PRICED])
        reading = best_cpu(lambda: read_usage(tenants), times=2) / PRICED
        usage = read_usage(tenants)
        pricing = best_cpu(lambda: price(tenants, usage), times=2) / PRICED
    return [
        Row("usage of a contract, our CPU", f"{reading * 1e3:.2f} ms", "-", None, "-"),
        Row(
            "pricing a contract, our CPU",
            f"{pricing * 1e3:.2f} ms ({1 / pricing:,.0f}/s)",
            "-",
            None,
            "-",
        ),
    ]


def number_rows() -> list[Row]:
    blocks = CUSTOMERS / best_wall(number_in_blocks)
    single = ONE_BY_ONE / best_wall(number_one_by_one)
    name = f"{CUSTOMERS:,} invoice numbers by {CHUNK}, vs one UPDATE each"
    values = f"{blocks:,.0f}/s", f"{single:,.0f}/s"
    return [against(name, *values, blocks / single, 10)]


def main() -> None:
    report([*usage_rows(), *pricing_rows(), *number_rows()])
