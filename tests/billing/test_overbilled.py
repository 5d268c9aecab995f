"""Calls that a closed month billed and that are not right: found and told."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.selectors.overbilled import overbilled
from numbers.models import GeographicNumber
from tests.billing.closed_months import put_back
from tests.support.deliveries import row
from tests.support.october import OCTOBER
from tests.support.overbilled import (
    DECEMBER,
    LATER,
    NOVEMBER,
    calls,
    close,
    found,
    invoice_of,
    late_lines,
)
from traffic.models import ContractMonth, Period


def test_nothing_is_open_while_every_call_is_right(billed):
    assert found() == []


def test_a_conflict_after_the_close_has_the_minimum_on_both_sides(billed, disputed):
    disputed(30)
    (one,) = overbilled()
    assert (one.contract, one.month) == (billed, OCTOBER)
    assert found() == [(400, 370, "1.00")]


def test_below_the_minimum_nothing_was_billed_too_much(
    customers, price_list, deliver, disputed
):
    deliver(*calls(300))
    close(OCTOBER)
    disputed(30)
    assert found() == []


@pytest.fixture
def settled(customers, price_list, write):
    """Months below the minimum that conflicts touched: nobody has to see to them."""

    def deliver(month: dt.date, count: int, **changes) -> None:
        when = f"{month:%Y-%m}-10T09:00:00Z"
        rows = calls(count, started_at=when, source=f"{month}", **changes)
        call_command("import_call_records", str(write(*rows)), now=LATER, verbosity=0)

    def add(*months: dt.date) -> None:
        for month in months:
            deliver(month, 3)
            close(month)
            deliver(month, 2, outcome="answered")

    return add


def statements() -> int:
    with CaptureQueriesContext(connection) as asked:
        assert overbilled() == []
    return len(asked)


def test_looking_costs_the_same_however_many_months_a_conflict_touched(
    billed, disputed, credit, settled
):
    """One credited, the others below the minimum: no price is asked of any."""
    disputed(30)
    credit(billed, "1.00")
    settled(NOVEMBER)
    before = statements()
    settled(DECEMBER, dt.date(2027, 1, 1), dt.date(2027, 2, 1))
    assert ContractMonth.objects.filter(moved__gt=0).count() == 5
    assert statements() == before


def test_calls_that_are_free_were_not_billed(billed, deliver):
    free = calls(30, first=400, treatment="direct")
    deliver(*free)
    deliver(*calls(30, first=400, treatment="direct", outcome="answered"))
    assert found() == []


def test_a_conflict_while_the_month_closes_is_found(billed, disputed):
    """Its usage is frozen, and the months after it are open."""
    put_back(Period.objects.filter(month=OCTOBER), "closing")
    disputed(1)
    assert found() == [(400, 399, "0.04")]


def test_a_conflict_before_the_close_was_never_billed(
    customers, price_list, deliver, disputed
):
    deliver(*calls(400))
    disputed(5)
    close(OCTOBER)
    assert ContractMonth.objects.get(moved__gt=0).moved == 5
    assert found() == []


def test_the_other_content_may_be_of_another_customer(
    billed, deliver, decide, customers
):
    other = GeographicNumber.objects.filter(contract=customers[1]).earliest("pk")
    when = "2026-10-20T09:00:00Z"
    deliver(row(call_id="c0", called=other.e164, started_at=when, outcome="answered"))
    decide("c0", "answered")

    assert [x.contract for x in overbilled()] == [billed]
    assert found() == [(400, 399, "0.04")]
    close(NOVEMBER)
    (late,) = invoice_of(customers[1], NOVEMBER).request["contracts"][0]["late"]
    assert (late["calls_billed"], late["calls_late"]) == (0, 1)


def test_a_conflict_that_is_resolved_in_time_costs_nothing(
    billed, disputed, decide, credit
):
    disputed(1)
    decide("c0", "answered")
    assert found() == []
    close(NOVEMBER)
    assert late_lines() == []
