"""Customers and call records to measure with."""

import datetime as dt
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

from contracts.models import Contract
from numbers.models import GeographicNumber, Site
from tenants.models import Tenant
from vms_portal.kernel.data.row_security import system_scope

MONTH = dt.date(2026, 10, 1)
FIRST = dt.datetime(2026, 9, 30, 22, tzinfo=dt.UTC)
LAST = dt.datetime(2026, 10, 31, 23, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
OUTCOMES = ["answered"] * 14 + ["no_answer"] * 3 + ["busy"] * 2 + ["abandoned"]
NUMBERS = 20


@contextmanager
def as_owner() -> Iterator[Any]:
    """A cursor with the owner's rights: makes the baselines' own tables."""
    link = psycopg2.connect(os.environ["DATABASE_URL_OWNER"])
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            yield cursor
    finally:
        link.close()


def make_customer() -> list[str]:
    """One customer with an active contract; return its numbers, made once."""
    with system_scope():
        known = Tenant.objects.filter(reference="BENCH").first()
        if known is None:
            known = Tenant.objects.create(reference="BENCH", name="Bench SA")
            _give_numbers(known)
        numbers = GeographicNumber.objects.filter(tenant=known)
        return list(numbers.values_list("e164", flat=True))


def _give_numbers(tenant: Tenant) -> None:
    contract = Contract.objects.create(
        tenant=tenant,
        reference="BENCH-1",
        state=Contract.State.ACTIVE,
        subscribed_on=dt.date(2026, 9, 1),
        activated_on=MONTH,
    )
    site = Site.objects.create(tenant=tenant, name="Brussels", slug="brussels")
    for index in range(NUMBERS):
        GeographicNumber.objects.create(
            tenant=tenant,
            contract=contract,
            site=site,
            e164=f"+322550{9000 + index}",
            activated_on=MONTH,
        )


def records(numbers: list[str], count: int, first: int = 0) -> list[dict[str, str]]:
    """Rows as a CSV file yields them, spread over October; 35 % are rerouted."""
    random_ = random.Random(first)
    span = int((LAST - FIRST).total_seconds()) - 3600
    return [
        _record(random_, first + index, FIRST, index * span // count, numbers)
        for index in range(count)
    ]


def _record(
    random_: random.Random, key: int, first: dt.datetime, at: int, numbers: list[str]
) -> dict[str, str]:
    outcome = random_.choice(OUTCOMES)
    start = first + dt.timedelta(seconds=at)
    ringing = start + dt.timedelta(seconds=random_.randint(2, 40))
    talked = dt.timedelta(seconds=random_.randint(1, 600))
    answered = outcome == "answered"
    rerouted = key % 20 < 7
    return {
        "source": "edge-1",
        "call_id": f"{key:08x}@edge-1",
        "called": random_.choice(numbers),
        "caller": f"+3247{random_.randint(0, 9999999):07d}",
        "started_at": _text(start),
        "answered_at": _text(ringing) if answered else "",
        "ended_at": _text(ringing + talked if answered else ringing),
        "treatment": "rerouted" if rerouted else "direct",
        "outcome": outcome,
        "destination": "+32470110001" if rerouted else "line",
        "plan_version": "1",
    }


def _text(instant: dt.datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
