"""Whatever arrives when: billed less credited is what the right calls cost."""

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import InvoiceLine, PriceList
from billing.selectors.overbilled import overbilled
from billing.services.corrections import credit_overbilled
from tenants.models import User
from tests.support.deliveries import row
from tests.support.october import OCTOBER
from traffic.ingest.delivery import read_delivery
from traffic.ingest.record import as_row
from traffic.ingest.storage import store_batch
from traffic.models import CallRecord, QuarantinedRecord
from traffic.services import quarantine
from vms_portal.kernel.local_time import first_of_month, local_date, next_month

NOVEMBER = dt.date(2026, 11, 1)
# The contract of Globex begins on 16 October.
MINIMUMS = {
    ("ACME", OCTOBER): Decimal(15),
    ("ACME", NOVEMBER): Decimal(15),
    ("GLOBEX", OCTOBER): Decimal("7.74"),
    ("GLOBEX", NOVEMBER): Decimal(15),
}
LATER = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)
# Few calls reach the minimum, and bands are passed with a few more.
STEPS = {5: 10, 8: 20, 11: 31, 999: 50}
TARIFFS = {
    "plain": "4.00",
    "graduated": {
        "mode": "graduated",
        "bands": [{"up_to": 5, "price": "4.00"}, {"up_to": None, "price": "2.50"}],
    },
    "volume": {
        "mode": "volume",
        "bands": [{"up_to": 7, "price": "4.00"}, {"up_to": None, "price": "2.50"}],
    },
    "steps": {
        "mode": "flat_band",
        "bands": [{"up_to": top, "price": str(price)} for top, price in STEPS.items()],
    },
}
# Calls with an even number are of October, the others of November.
CALLS, SOME = st.integers(0, 24), st.integers(1, 8)
FIRST, OTHERS = st.just(0), st.integers(1, 4)
ACT = st.one_of(
    st.tuples(st.just("deliver"), CALLS, SOME, FIRST),
    st.tuples(st.just("deliver"), CALLS, SOME, OTHERS),
    st.tuples(st.just("decide"), SOME, CALLS),
    st.tuples(st.just("credit"), CALLS),
    st.tuples(st.just("close")),
)
CONTENTS = [
    {"outcome": "busy"},
    {"outcome": "answered"},
    {"treatment": "direct"},
    {"called": "+3292501400"},
    {"started_at": "2026-10-31T22:59:00Z"},
]


@dataclass
class Story:
    """Does what is told with calls, closes and credits, in the roles that do it."""

    staff: User
    acting_as: Callable[..., AbstractContextManager[None]]
    month: dt.date = OCTOBER
    keys: count = field(default_factory=count)

    def do(self, act: str, *values) -> None:
        getattr(self, act)(*values)

    def deliver(self, first: int, calls: int, content: int) -> None:
        """Another content of calls that are there is a conflict."""
        rows = [
            row(call_id=f"c{n}", started_at=f"2026-{10 + n % 2}-20T09:00:00Z")
            | CONTENTS[content]
            for n in range(first, first + calls)
        ]
        key = str(next(self.keys))
        store_batch(
            read_delivery(map(as_row, rows), LATER),
            key=key,
            sha256=hashlib.sha256(key.encode()).hexdigest(),
            now=LATER,
        )

    def decide(self, times: int, which: int) -> None:
        for _time in range(times):
            found = QuarantinedRecord.objects.filter(state="open").order_by("pk")
            if not found:
                return
            pk = found[which % len(found)].pk
            with self.acting_as("vms_worker"):
                quarantine.release(record=pk, by=self.staff, note="", now=LATER)

    def close(self) -> None:
        call_command("close_month", f"{self.month:%Y-%m}", now=LATER, verbosity=0)
        self.month = next_month(self.month)

    def credit(self, which: int) -> None:
        found = overbilled()
        if found:
            one = found[which % len(found)]
            with self.acting_as("vms_staff"):
                credit_overbilled(
                    contract=one.contract,
                    month=one.month,
                    amount=one.amount,
                    reason="Wrong",
                    actor=self.staff,
                    now=LATER,
                )

    def settle(self) -> None:
        """Bill what is late, credit what is too much."""
        while self.month < dt.date(2027, 1, 1):
            self.close()
        while overbilled():
            self.credit(0)
        self.close()
        assert overbilled() == []


def paid() -> dict[tuple[str, dt.date], Decimal]:
    """What the documents come to, by customer and month of the calls."""
    sums: dict[tuple[str, dt.date], Decimal] = defaultdict(Decimal)
    lines = InvoiceLine.objects.filter(code__startswith="TRM_")
    for line in lines.select_related("invoice__tenant"):
        month = line.usage_month or line.invoice.month
        if month in (OCTOBER, NOVEMBER):
            sums[line.invoice.tenant.reference, month] += line.invoice.sign * line.net
    return dict(sums)


def right(tariff: str) -> dict[tuple[str, dt.date], Decimal]:
    """By hand: what the calls that count cost, the minimum included."""
    calls: Counter[tuple[str, dt.date]] = Counter()
    charged = CallRecord.objects.filter(treatment="rerouted")
    for call in charged.select_related("tenant"):
        month = first_of_month(local_date(call.started_at))
        calls[call.tenant.reference, month] += 1
    return {
        key: max(fee(tariff, calls[key]), minimum) for key, minimum in MINIMUMS.items()
    }


def fee(tariff: str, calls: int) -> Decimal:
    if tariff == "graduated":
        return min(calls, 5) * Decimal(4) + max(calls - 5, 0) * Decimal("2.50")
    if tariff == "volume":
        return calls * (Decimal(4) if calls <= 7 else Decimal("2.50"))
    if tariff == "steps":
        top = next(top for top in STEPS if calls <= top)
        return Decimal(STEPS[top] if calls else 0)
    return calls * Decimal(4)


@pytest.fixture
def told(customers, price_list, staff, acting_as):
    return lambda: Story(staff, acting_as)


@pytest.mark.parametrize("examples", [10, pytest.param(100, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("tariff", TARIFFS)
def test_billed_less_credited_is_what_the_right_calls_cost(told, tariff, examples):
    trm = {"per_call": TARIFFS[tariff], "monthly_minimum": "15.00"}
    definition = PriceList.objects.get().definition | {"trm": trm}
    PriceList.objects.create(
        reference="Dear", valid_from=dt.date(2026, 1, 2), definition=definition
    )

    @settings(
        max_examples=examples,
        derandomize=examples < 100,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(ACT, min_size=6, max_size=20))
    def holds(acts) -> None:
        with transaction.atomic():
            story = told()
            story.deliver(0, 20, 0)
            story.close()
            for act in acts:
                story.do(*act)
            story.settle()
            due, billed = right(tariff), paid()
            if tariff == "volume":
                # Fewer calls may cost more there: nothing is billed for that.
                assert all(billed[key] <= due[key] for key in due)
            else:
                assert billed == due
            transaction.set_rollback(True)

    holds()
