"""Late calls: however old, with the minimum that was billed, nobody's twice."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection

from billing.models import Invoice, InvoiceLine
from contracts.models import Contract
from tests.support.october import OCTOBER
from traffic.models import ContractDay, Period
from vms_portal.kernel.local_time import next_month

NOW = dt.datetime(2029, 1, 1, tzinfo=dt.UTC)


def close(month: dt.date) -> None:
    call_command("close_month", f"{month:%Y-%m}", now=NOW, verbosity=0)


def add_calls(contract: Contract, calls: int, day: dt.date) -> None:
    ContractDay.objects.create(
        tenant=contract.tenant, contract=contract, day=day, rerouted=calls
    )


def late_lines() -> list[tuple[dt.date, dt.date | None, Decimal]]:
    lines = InvoiceLine.objects.filter(code="TRM_LATE").select_related("invoice")
    return [(x.invoice.month, x.usage_month, x.net) for x in lines]


@pytest.mark.parametrize("months", [1, 12, 13, 20])
def test_late_calls_are_billed_however_old(price_list, contract, months):
    add_calls(contract, 400, OCTOBER)
    month = OCTOBER
    for _n in range(months):
        close(month)
        month = next_month(month)
    add_calls(contract, 100, OCTOBER + dt.timedelta(days=3))

    close(month)
    close(next_month(month))

    assert late_lines() == [(month, OCTOBER, Decimal("4.00"))]


def test_late_calls_of_a_contract_that_ended_long_ago_are_billed(price_list, contract):
    Contract.objects.update(state="terminated", last_day=dt.date(2026, 10, 20))
    add_calls(contract, 400, OCTOBER)
    month = OCTOBER
    for _n in range(14):
        close(month)
        month = next_month(month)
    add_calls(contract, 50, dt.date(2026, 10, 20))
    add_calls(contract, 50, dt.date(2026, 10, 21))

    close(month)

    assert late_lines() == [(month, OCTOBER, Decimal("2.00"))]


def end_inside_the_closed_month(contract: Contract, last_day: dt.date) -> None:
    """As an older version allowed it: today a trigger refuses."""
    trigger = "ALTER TABLE contracts_contract {} TRIGGER billing_change_in_closed"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE vms_owner")
        cursor.execute(trigger.format("DISABLE"))
        cursor.execute("SET ROLE vms_arrange")
        contract.last_day = last_day
        contract.save()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE vms_owner")
        cursor.execute(trigger.format("ENABLE"))
        cursor.execute("SET ROLE vms_arrange")


def test_the_minimum_that_was_billed_covers_late_calls(price_list, contract):
    """200 calls and 100 late ones cost 12.00; 15.00 are paid."""
    add_calls(contract, 200, OCTOBER)
    close(OCTOBER)
    add_calls(contract, 100, OCTOBER + dt.timedelta(days=1))
    end_inside_the_closed_month(contract, dt.date(2026, 10, 20))

    close(dt.date(2026, 11, 1))

    assert late_lines() == []


def test_late_calls_above_the_minimum_that_was_billed_cost_the_rest(
    price_list, contract
):
    add_calls(contract, 200, OCTOBER)
    close(OCTOBER)
    add_calls(contract, 200, OCTOBER + dt.timedelta(days=1))
    close(dt.date(2026, 11, 1))
    add_calls(contract, 25, OCTOBER + dt.timedelta(days=2))
    close(dt.date(2026, 12, 1))

    assert [net for _month, _usage, net in late_lines()] == [
        Decimal("1.00"),
        Decimal("1.00"),
    ]
    november, december = Invoice.objects.order_by("month")[1:]
    (late,) = november.request["contracts"][0]["late"]
    assert late == {
        "period": "2026-10",
        "calls_billed": 200,
        "calls_late": 200,
        "minimum_billed": "15.00",
    }
    assert december.request["contracts"][0]["late"][0]["calls_billed"] == 400


def test_a_month_without_a_minimum_line_names_none(price_list, contract):
    add_calls(contract, 400, OCTOBER)
    close(OCTOBER)
    add_calls(contract, 1, OCTOBER + dt.timedelta(days=1))
    close(dt.date(2026, 11, 1))

    request = Invoice.objects.get(month=dt.date(2026, 11, 1)).request
    assert request["contracts"][0]["late"][0]["minimum_billed"] is None
    assert late_lines()[0][2] == Decimal("0.04")
    assert Period.objects.filter(state="closed").count() == 2
