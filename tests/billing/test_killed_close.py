"""A close of 200 customers survives ten kill -9 of its worker, by itself."""

import contextlib
import datetime as dt
import os
import random
import signal
import time

import pytest
import redis

from billing.models import CustomerMonth, Invoice, InvoiceLine
from billing.services import closing
from contracts.models import Contract
from numbers.models import GeographicNumber, Site
from tenants.models import Tenant
from tests.support.live import celery, live_environment
from tests.support.october import OCTOBER
from traffic.models import ContractDay, Period

CUSTOMERS = 200
KILLS = 10
NOW = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)


def make_customers(count: int) -> None:
    tenants = Tenant.objects.bulk_create(
        Tenant(reference=f"T{n:03d}", name=f"Customer {n}") for n in range(count)
    )
    contracts = Contract.objects.bulk_create(
        Contract(tenant=t, reference="C1", state="active", activated_on=OCTOBER,
                 subscribed_on=dt.date(2026, 9, 14))
        for t in tenants
    )  # fmt: skip
    sites = Site.objects.bulk_create(
        Site(tenant=t, name="Main", slug="main") for t in tenants
    )
    GeographicNumber.objects.bulk_create(
        GeographicNumber(tenant=c.tenant, contract=c, site=s, activated_on=OCTOBER,
                         e164=f"+322{5_000_000 + n}")
        for n, (c, s) in enumerate(zip(contracts, sites, strict=True))
    )  # fmt: skip
    ContractDay.objects.bulk_create(
        ContractDay(tenant=c.tenant, contract=c, day=OCTOBER, treatment="rerouted",
                    outcome="answered", calls=400 + n)
        for n, c in enumerate(contracts)
    )  # fmt: skip


def kill(worker) -> None:
    """kill -9 of the worker, its children and its beat at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.process.pid, signal.SIGKILL)
    worker.process.wait()


def wait_for_progress(seconds: float) -> None:
    """Until something more is issued, ``seconds`` at most: mostly mid-chunk."""
    before, deadline = Invoice.objects.count(), time.monotonic() + seconds
    while Invoice.objects.count() == before and time.monotonic() < deadline:
        time.sleep(0.01)


def is_closed() -> bool:
    return Period.objects.get(month=OCTOBER).state == Period.State.CLOSED


@pytest.mark.django_db(transaction=True)
def test_ten_kills_lose_and_double_nothing(price_list, test_database_name, tmp_path):
    make_customers(CUSTOMERS)
    values = live_environment(test_database_name, VMS_SWEEP_SECONDS="2")
    queue = redis.Redis.from_url(values["REDIS_URL"])
    queue.flushdb()
    # No task is queued here: the sweeper alone finds the begun close.
    closing.start_close(month=OCTOBER, now=NOW)
    schedule = str(tmp_path / "beat")
    worker = celery(values, tmp_path, "-Q", "celery", "-B", "-s", schedule)
    chance, killed_while_open = random.Random(2026), 0
    try:
        for _round in range(KILLS):
            worker.start()
            worker.wait_until(lambda: worker.logged("ready."), 30)
            wait_for_progress(chance.uniform(0.05, 0.5))
            killed_while_open += not is_closed()
            kill(worker)
        worker.start()
        deadline = time.monotonic() + 150
        while not is_closed() and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        worker.stop()
        queue.flushdb()

    assert killed_while_open == KILLS, "a kill came too late to prove anything"
    assert is_closed()
    assert not CustomerMonth.objects.exclude(state="issued").exists()
    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, CUSTOMERS + 1))
    assert Invoice.objects.values("tenant").distinct().count() == CUSTOMERS
    assert InvoiceLine.objects.filter(code="TRM_CALL").count() == CUSTOMERS


@pytest.mark.django_db(transaction=True)
def test_without_the_sweeper_a_killed_close_stays_open(price_list):
    """The control: nobody finishes what the queue lost."""
    make_customers(3)
    closing.start_close(month=OCTOBER, now=NOW)
    closing.freeze_usage(month=OCTOBER, tenants=closing.missing_tenants(OCTOBER))

    assert not is_closed()
    assert closing.months_to_continue() == [OCTOBER]
