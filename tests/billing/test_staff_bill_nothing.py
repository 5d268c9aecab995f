"""The back office bills no usage of its own, and leaves no customer out.

What a person of the back office does by its pages stays possible; these are the
statements of somebody who has taken its process over, and the worker's own.
"""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.models import CustomerMonth, Invoice, InvoiceSeries
from billing.services import closing
from billing.tasks import continue_close, sweep
from tenants.models import FailedWork
from tests.billing.test_numbers_of_documents import note
from tests.support.october import NOW, OCTOBER
from traffic.models import Period

MARCH = dt.date(2027, 3, 1)
ROLES = {"vms_staff": {}, "vms_worker": {"scope": "system"}}
PART = (
    "INSERT INTO billing_customermonth "
    "(tenant_id, month, state, usage, error, message, path) "
    "SELECT id, '{month}', '{state}', '{{\"contracts\": {{}}}}', '', '', '' "
    "FROM tenants_tenant WHERE reference = 'ACME'"
)


def done(statement: str, *, at_commit: bool = False) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        count = cursor.rowcount
        if at_commit:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return count


def invoice_of(month: str) -> str:
    """Return SQL that writes an invoice of nothing, under the next number."""
    told = {"kind": "'invoice'", "credits_id": "NULL", "month": f"'{month}'"}
    return note(3, "2026-000003", **told)


@pytest.fixture
def frozen(october, files) -> None:
    """October is being closed: its usage is frozen, nobody is billed yet."""
    closing.start_close(month=OCTOBER, now=NOW)
    closing.freeze_usage(month=OCTOBER, tenants=closing.missing_tenants(OCTOBER))


@pytest.mark.parametrize("state", ["pending", "issued", "nothing", "parked"])
@pytest.mark.parametrize("month", ["2026-10-01", "2027-03-01"])
def test_the_back_office_writes_no_usage(october, acting_as, month, state):
    closing.start_close(month=OCTOBER, now=NOW)
    with acting_as("vms_staff"), pytest.raises(DatabaseError, match="permission"):
        done(PART.format(month=month, state=state))


@pytest.mark.parametrize("state", ["issued", "nothing", "parked"])
def test_the_worker_enters_who_waits_only(october, acting_as, state):
    closing.start_close(month=OCTOBER, now=NOW)
    with (
        acting_as("vms_worker", scope="system"),
        pytest.raises(IntegrityError, match="is frozen by its close"),
    ):
        done(PART.format(month="2026-10-01", state=state))


def test_the_worker_enters_nobody_before_the_close(october, acting_as):
    statement = PART.format(month="2026-10-01", state="pending")
    with acting_as("vms_worker", scope="system"):
        with pytest.raises(IntegrityError, match="is frozen by its close"):
            done(statement)
        closing.start_close(month=OCTOBER, now=NOW)
        assert done(statement) == 1


@pytest.mark.parametrize("state", ["issued", "nothing", "parked"])
def test_the_back_office_settles_nobody_who_waits(frozen, acting_as, state):
    with acting_as("vms_staff"), pytest.raises(IntegrityError, match="is frozen"):
        done(f"UPDATE billing_customermonth SET state = '{state}'")


@pytest.mark.parametrize("state", ["issued", "nothing"])
@pytest.mark.parametrize("role", ROLES)
def test_who_is_set_aside_is_priced_before_anything_else(
    frozen, acting_as, role, state
):
    CustomerMonth.objects.update(state="parked")
    with acting_as(role, **ROLES[role]):
        with pytest.raises(IntegrityError, match="is frozen"):
            done(f"UPDATE billing_customermonth SET state = '{state}'")
        assert done("UPDATE billing_customermonth SET state = 'pending'") == 2


@pytest.mark.parametrize("column", ["usage", "error", "message", "billed_at", "month"])
def test_the_back_office_changes_the_state_only(frozen, acting_as, column):
    with acting_as("vms_staff"), pytest.raises(DatabaseError, match="permission"):
        done(f"UPDATE billing_customermonth SET {column} = {column}")


@pytest.fixture
def lost(october, files) -> str:
    """A customer waits in a month that nobody closes, since before it was refused."""
    done(PART.format(month=MARCH, state="pending"))
    return MARCH.isoformat()


def test_nobody_is_billed_for_a_month_that_no_close_began(lost, at_once):
    sweep()
    assert closing.months_to_continue() == []
    continue_close(lost)
    assert not Invoice.objects.exists()
    listed = FailedWork.objects.get()
    assert (listed.act, listed.arguments) == ("billing.tasks.continue_close", [lost])
    assert "has not begun" in listed.reason
    # The control: once it begins, it goes on.
    Period.objects.create(month=MARCH, state="closing")
    assert closing.months_to_continue() == [MARCH]


@pytest.fixture
def closed(october, files) -> None:
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    series = InvoiceSeries.objects.get()
    InvoiceSeries.objects.update(last_number=3)
    InvoiceSeries.objects.create(
        entity=series.entity, kind="credit_note", year=2026, last_number=1
    )


@pytest.mark.parametrize("month", ["2026-09-01", "2026-11-01", "2027-03-01"])
@pytest.mark.parametrize("role", ROLES)
def test_no_invoice_is_issued_past_a_close(closed, acting_as, role, month):
    with (
        acting_as(role, **ROLES[role]),
        pytest.raises(IntegrityError, match="no close of"),
    ):
        done(invoice_of(month))


def test_without_the_trigger_it_would_be(closed, acting_as):
    """The control."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET ROLE vms_owner")
        cursor.execute(
            "ALTER TABLE billing_invoice "
            "DISABLE TRIGGER billing_document_of_its_process"
        )
    with acting_as("vms_staff"):
        assert done(invoice_of("2027-03-01")) == 1


def test_the_worker_issues_no_credit_note(closed, acting_as):
    with (
        acting_as("vms_worker", scope="system"),
        pytest.raises(IntegrityError, match="no close of"),
    ):
        done(note(1, "CN-2026-000001"))
