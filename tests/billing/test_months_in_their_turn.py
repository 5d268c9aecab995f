"""Months close one after the other, from the first that costs anything, once over."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection
from django.utils import timezone

from billing.selectors.month import first_to_close, months_open_before
from billing.services import closing
from tests.billing.test_staff_bill_nothing import ROLES, done
from tests.support.october import NOW, OCTOBER
from traffic.models import Period

ENTER = "INSERT INTO traffic_period (month, state) VALUES ('{}', '{}')"
STATE = "UPDATE traffic_period SET state = '{}' WHERE month = '{}'"


@pytest.mark.parametrize("state", ["closing", "closed"])
@pytest.mark.parametrize("month", ["1950-01-01", "2020-01-01", "2027-03-01"])
@pytest.mark.parametrize("role", [*ROLES, "vms_network"])
def test_a_month_is_entered_open(october, acting_as, role, month, state):
    before = first_to_close()
    with (
        acting_as(role, **ROLES.get(role, {})),
        pytest.raises(IntegrityError, match="entered before it is closed"),
    ):
        done(ENTER.format(month, state))
    assert first_to_close() == before


@pytest.mark.parametrize("role", [*ROLES, "vms_network"])
def test_no_month_is_before_the_first_calls(october, acting_as, role):
    with (
        acting_as(role, **ROLES.get(role, {})),
        pytest.raises(IntegrityError, match="no call can be of"),
    ):
        done(ENTER.format("1950-01-01", "open"))


@pytest.mark.parametrize("month", ["2020-01-01", "2026-09-01"])
@pytest.mark.parametrize("role", ROLES)
def test_no_close_begins_before_anything_costs(october, acting_as, role, month):
    with acting_as(role, **ROLES[role]):
        done(ENTER.format(month, "open"))
        with pytest.raises(IntegrityError, match="not the turn"):
            done(STATE.format("closing", month))
    assert months_open_before(dt.date(2026, 11, 1)) == [OCTOBER]


def test_no_close_begins_before_its_turn(october, acting_as):
    with acting_as("vms_worker", scope="system"):
        done(f"{ENTER.format('2026-11-01', 'open')} ON CONFLICT DO NOTHING")
        with pytest.raises(IntegrityError, match="not the turn"):
            done(STATE.format("closing", "2026-11-01"))


def test_the_back_office_closes_what_is_over(october, acting_as):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET ROLE vms_owner")
        cursor.execute(
            "ALTER TABLE traffic_period DISABLE TRIGGER billing_months_take_turns"
        )
    ahead = f"{timezone.now().year + 1}-03-01"
    with acting_as("vms_staff"):
        done(ENTER.format(ahead, "open"))
        with pytest.raises(IntegrityError, match="is not over"):
            done(STATE.format("closing", ahead))


@pytest.mark.parametrize("role", ROLES)
def test_no_month_is_closed_at_once(october, acting_as, role):
    with (
        acting_as(role, **ROLES[role]),
        pytest.raises(IntegrityError, match="once everybody is billed"),
    ):
        done(STATE.format("closed", "2026-10-01"))


def test_the_back_office_ends_no_close(october, acting_as):
    """It would leave those out whose usage is not frozen yet."""
    closing.start_close(month=OCTOBER, now=NOW)
    with acting_as("vms_staff"):
        with pytest.raises(IntegrityError, match="once everybody is billed"):
            done(STATE.format("closed", "2026-10-01"))
        with pytest.raises(DatabaseError, match="permission denied"):
            done("UPDATE traffic_period SET closed_at = now()")


@pytest.mark.parametrize("role", ROLES)
def test_a_month_closes_in_its_turn(october, acting_as, role, files):
    """The control: the back office and the command begin, the worker ends."""
    with acting_as(role, **ROLES[role]):
        closing.start_close(month=OCTOBER, now=NOW)
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    assert Period.objects.get(month=OCTOBER).state == "closed"


def test_without_the_triggers_months_close_anyhow(october, acting_as):
    """The control."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET ROLE vms_owner")
        cursor.execute("ALTER TABLE traffic_period DISABLE TRIGGER USER")
    with acting_as("vms_staff"):
        assert done(ENTER.format("1950-01-01", "closed"))
    assert first_to_close() == dt.date(1950, 1, 1)


CONTRACT = (
    "INSERT INTO contracts_contract (tenant_id, reference, state, subscribed_on, "
    "activated_on, last_day, channels) SELECT id, 'C-66', '{}', '2026-11-01', "
    "'2026-11-01', NULL, 4 FROM tenants_tenant WHERE reference = 'ACME'"
)


@pytest.mark.parametrize("state", ["agreed", "active", "terminated"])
def test_the_back_office_enters_no_contract_in_force(october, acting_as, state):
    with acting_as("vms_staff"):
        with pytest.raises(IntegrityError, match="is not agreed"):
            done(CONTRACT.format(state))
        # The control, and the way on: who has agreed to nothing pays for nothing.
        done(CONTRACT.format("draft"))
        with pytest.raises(IntegrityError, match="is not agreed"):
            done(
                f"UPDATE contracts_contract SET state = '{state}' "
                "WHERE reference = 'C-66'"
            )
