"""A month that closed stays closed, and what it billed stays billed, for every role.

So does what it rests on: the terms of a contract, and the numbers that were given.
"""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.models import CustomerMonth
from billing.selectors.month import first_to_close, months_open_before
from tests.support.october import NOW, OCTOBER
from traffic.models import Period

WRITERS = {
    "vms_staff": {},
    "vms_worker": {"scope": "system"},
    "vms_network": {},
}


@pytest.fixture
def october_closed(october, files) -> None:
    call_command("close_month", "2026-10", now=NOW, verbosity=0)


def write(statement: str, *values: dt.date) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


CHANGES = {
    "open again": "UPDATE traffic_period SET state = 'open' WHERE month = %s",
    "closing again": "UPDATE traffic_period SET state = 'closing' WHERE month = %s",
    "another month": (
        "UPDATE traffic_period SET month = '2030-01-01' WHERE month = %s"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", WRITERS)
def test_a_closed_month_stays_closed(october_closed, acting_as, role, change):
    with (
        acting_as(role, **WRITERS[role]),
        pytest.raises(DatabaseError, match="stays so|permission denied"),
    ):
        write(CHANGES[change], OCTOBER)
    assert Period.objects.get(month=OCTOBER).state == "closed"


def test_the_network_closes_no_month(october, acting_as):
    close = "UPDATE traffic_period SET state = 'closed' WHERE month = %s"
    enter = "INSERT INTO traffic_period (month, state) VALUES (%s, 'closed')"
    with acting_as("vms_network"):
        with pytest.raises(DatabaseError, match="permission denied"):
            write(close, OCTOBER)
        with pytest.raises(IntegrityError, match="entered before it is closed"):
            write(enter, dt.date(2026, 5, 1))


def test_the_network_still_locks_the_months_of_its_calls(october, acting_as):
    with acting_as("vms_network"):
        assert write("SELECT FROM traffic_period WHERE month = %s FOR SHARE", OCTOBER)
        assert write(
            "INSERT INTO traffic_period (month, state) VALUES (%s, 'open')",
            dt.date(2026, 5, 1),
        )


def test_a_month_the_network_enters_keeps_no_other_open(october, acting_as, files):
    before = first_to_close()
    with acting_as("vms_network"):
        write(
            "INSERT INTO traffic_period (month, state) VALUES (%s, 'open')",
            dt.date(2020, 1, 1),
        )
    assert first_to_close() == before
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    assert Period.objects.get(month=OCTOBER).state == "closed"
    # The control: a month that closed counts, and those after it.
    Period.objects.filter(month=dt.date(2020, 1, 1)).update(state="closed")
    assert first_to_close() == dt.date(2020, 1, 1)
    assert months_open_before(dt.date(2020, 4, 1)) == [
        dt.date(2020, 2, 1),
        dt.date(2020, 3, 1),
    ]


FROZEN = {
    "in the queue again": "state = 'pending'",
    "set aside": "state = 'parked'",
    "other usage": """usage = '{"contracts": {}}'""",
    "another month": "month = '2026-09-01'",
}


@pytest.mark.parametrize("change", FROZEN)
@pytest.mark.parametrize("role", ["vms_staff", "vms_worker"])
def test_what_is_billed_is_not_billed_anew(october_closed, acting_as, role, change):
    before = list(CustomerMonth.objects.order_by("pk").values())
    with (
        acting_as(role, **WRITERS[role]),
        pytest.raises(DatabaseError, match="is frozen|permission denied"),
    ):
        write(f"UPDATE billing_customermonth SET {FROZEN[change]}")
    assert list(CustomerMonth.objects.order_by("pk").values()) == before


TERMS = {
    "contract": "UPDATE contracts_contract SET subscribed_on = %s",
    "series": "UPDATE billing_invoiceseries SET last_number = 0 WHERE year <> 0",
    "year of a series": "UPDATE billing_invoiceseries SET year = year + 1",
}


@pytest.mark.parametrize("change", TERMS)
@pytest.mark.parametrize("role", ["vms_staff", "vms_worker"])
def test_what_prices_and_numbers_rest_on_stays(october_closed, acting_as, role, change):
    values = [dt.date(2026, 1, 5)] if "%s" in TERMS[change] else []
    with (
        acting_as(role, **WRITERS[role]),
        pytest.raises(
            DatabaseError, match="its terms stay|goes on from there|permission denied"
        ),
    ):
        write(TERMS[change], *values)


def test_a_contract_that_is_not_agreed_may_be_dated_anew(acme, make_contract):
    contract = make_contract(acme, state="draft", activated_on=None)
    contract.subscribed_on = dt.date(2026, 1, 5)
    contract.save()


def test_without_the_triggers_all_would_be_undone(october_closed):
    """The control: nothing else stands in the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE vms_owner")
        for table, guard in (
            ("traffic_period", "traffic_months_move_forward"),
            ("billing_customermonth", "billing_customer_month_stays"),
            ("contracts_contract", "billing_terms_stay"),
            ("billing_invoiceseries", "billing_series_goes_on"),
        ):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
        cursor.execute("SET ROLE vms_arrange")
    assert write(CHANGES["open again"], OCTOBER) == 1
    assert write(f"UPDATE billing_customermonth SET {FROZEN['set aside']}") == 2
    assert write(TERMS["contract"], dt.date(2026, 1, 5)) == 2
    assert write(TERMS["series"]) == 1
