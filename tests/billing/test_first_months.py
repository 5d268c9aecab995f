"""A slip of the hand in a first day does not ask for months that nobody can close."""

import datetime as dt
import io
from importlib import import_module

import pytest
from django.db import DatabaseError, IntegrityError, connection

from billing.models import Indexation, OneOff, Promotion
from billing.selectors.usage import first_month
from billing.services import closing
from contracts.models import Contract
from numbers.models import GeographicNumber, OptionPeriod
from numbers.services import inventory
from numbers.services.importing import import_numbers
from tests.billing.closed_months import text_of
from tests.billing.test_closed_months_back_office import contract_form
from tests.billing.test_notices import agreed
from tests.billing.test_staff_bill_nothing import ROLES, done
from tests.support.billing_office import order_form, url
from tests.support.number_files import codes, row
from tests.support.october import NOW, OCTOBER
from traffic.models import Period
from vms_portal.kernel.data.open_months import FIRST_MONTH

__all__ = ["agreed"]
TOLD = "The first day cannot be before 1 January 2020."
EARLY = dt.date(1950, 1, 1)
migration = import_module(
    "billing.migrations.0034_nothing_begins_before_the_first_month"
)


@pytest.fixture
def make_terms(october) -> None:
    """A row of each kind that has a first day."""
    contract = Contract.objects.get(tenant__reference="ACME")
    of = {"tenant": contract.tenant, "contract": contract}
    Promotion.objects.create(**of, code="SUB", percent=10, starts_on=OCTOBER)
    Indexation.objects.create(
        **of, factor=1, applies_to=["SUB"], effective_on=OCTOBER, notified_on=OCTOBER
    )
    number = GeographicNumber.objects.filter(contract=contract)[0]
    OptionPeriod.objects.create(
        tenant=contract.tenant, number=number, option="DRS", starts_on=OCTOBER
    )


@pytest.mark.parametrize("day", ["2018-03-01", "2019-12-31", "2020-01-01"])
def test_no_contract_starts_before_the_first_month(staff_client, staff, agreed, day):
    """The control is the first day of that month."""
    staff_client.force_login(staff)
    address = url("contracts_contract_activate", agreed.pk)
    page = staff_client.post(address, {"day": day}, follow=True)
    agreed.refresh_from_db()
    is_refused = day < "2020"
    assert (TOLD in text_of(page)) is is_refused
    assert (agreed.state == "active") is not is_refused


@pytest.mark.parametrize("day", ["2016-10-20", "2020-01-01"])
def test_no_work_was_completed_before_it(staff_client, staff, agreed, day):
    staff_client.force_login(staff)
    form = order_form(agreed, ordered_on="2026-10-20") | {
        "one_offs-TOTAL_FORMS": "1",
        "one_offs-0-code": "PROG_XLARGE",
        "one_offs-0-quantity": "1",
        "one_offs-0-completed_on": day,
    }
    page = staff_client.post(url("billing_order_add"), form, follow=True)
    told = "Work cannot be completed before 1 January 2020."
    assert (told in page.text) is (day < "2020")
    assert OneOff.objects.filter(code="PROG_XLARGE").exists() is (day >= "2020")


@pytest.mark.parametrize("day", ["2012-01-01", "2020-01-01"])
def test_no_option_of_a_contract_begins_before_it(staff_client, staff, agreed, day):
    staff_client.force_login(staff)
    form = order_form(agreed, ordered_on="2026-10-20") | {
        "options-TOTAL_FORMS": "1",
        "options-0-code": "MSG_10",
        "options-0-quantity": "1",
        "options-0-messages": "10",
        "options-0-starts_on": day,
    }
    page = staff_client.post(url("billing_order_add"), form, follow=True)
    assert (TOLD in page.text) is (day < "2020")
    assert agreed.options.exists() is (day >= "2020")


@pytest.mark.parametrize("day", ["2012-01-01", "2020-01-01"])
def test_no_number_of_a_file_begins_before_it(agreed, day):
    file = io.BytesIO(row("+3242000001", "Liège", "DRS", day).encode())
    outcome = import_numbers(
        file=file, name="numbers.csv", contract=agreed, actor="test", now=NOW
    )
    told = [(2, "activated_on", "before_first_month")] if day < "2020" else []
    assert codes(outcome) == told
    assert all(TOLD in problem.what for problem in outcome.problems)


@pytest.mark.parametrize("day", ["2019-12-31", "2020-01-01"])
def test_a_form_says_once_that_a_number_begins_too_early(
    staff_client, staff, agreed, site, day
):
    """Not as well that its contract, which has not begun, is not active then."""
    staff_client.force_login(staff)
    form = {
        "contract": agreed.pk,
        "site": site.pk,
        "e164": "+3242000001",
        "label": "",
        "option": "DRS",
        "activated_on": day,
    }
    page = staff_client.post(url("numbers_geographicnumber_add"), form)
    is_early = day < "2020"
    errors = page.context["adminform"].form.errors if is_early else {}
    assert errors == ({"activated_on": [TOLD]} if is_early else {})
    added = GeographicNumber.objects.filter(e164="+3242000001")
    assert added.exists() is not is_early


@pytest.mark.parametrize("kind", ["promotions", "indexations"])
def test_what_is_agreed_of_prices_says_what_day_it_asks_for(
    staff_client, staff, agreed, kind
):
    staff_client.force_login(staff)
    rows = {
        "promotions": {"code": "SUB", "percent": "10", "starts_on": "2019-12-31"},
        "indexations": {
            "factor": "1.02",
            "applies_to": "SUB",
            "effective_on": "2019-12-01",
            "notified_on": "2019-10-01",
        },
    }
    sent = {f"{kind}-0-{name}": value for name, value in rows[kind].items()}
    form = contract_form(agreed, **sent, **{f"{kind}-TOTAL_FORMS": "1"})
    page = staff_client.post(url("contracts_contract_change", agreed.pk), form)
    assert TOLD in text_of(page)


def test_no_number_is_added_before_it(agreed, site, staff):
    with pytest.raises(inventory.OutsideContract):
        inventory.add_number(
            contract=agreed,
            site=site,
            e164="+3242000001",
            option="DRS",
            activated_on=EARLY,
            actor=staff,
        )


# --- The database ---------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("table", "day"), migration.DAYS)
def test_no_process_moves_a_day_before_it(
    october, make_terms, acting_as, role, table, day
):
    told = "begins before 2020" if role == "vms_staff" else "2020|permission denied"
    with acting_as(role, **ROLES[role]), pytest.raises(DatabaseError, match=told):
        done(f"UPDATE {table} SET {day} = '2019-12-01'")


@pytest.mark.parametrize(("table", "day"), migration.DAYS)
def test_no_row_is_new_before_it(db, table, day):
    """Of what else a row needs nothing is looked at before."""
    with pytest.raises(IntegrityError, match="nothing begins before 2020"):
        done(f"INSERT INTO {table} ({day}) VALUES ('1950-01-01')")


@pytest.fixture
def early(october) -> Contract:
    """A contract from before the database refused it; without the guards it goes in."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET ROLE vms_owner")
        cursor.execute(migration.no_guards("contracts_contract", "activated_on"))
        cursor.execute("SET ROLE vms_arrange")
        Contract.objects.filter(tenant__reference="ACME").update(activated_on=EARLY)
        cursor.execute("SET ROLE vms_owner")
        cursor.execute(migration.guards("contracts_contract", "activated_on"))
        cursor.execute("SET ROLE vms_arrange")
    return Contract.objects.get(tenant__reference="ACME")


def test_what_stands_there_asks_for_no_month_before(early):
    assert first_month() == FIRST_MONTH


def test_what_stands_there_stops_no_close(early, acting_as):
    with acting_as("vms_worker", scope="system"):
        closing.start_close(month=FIRST_MONTH, now=NOW)
    assert Period.objects.get(month=FIRST_MONTH).state == "closing"


def test_what_stands_there_can_be_changed_and_ended(early, acting_as):
    with acting_as("vms_staff"):
        done("UPDATE contracts_contract SET channels = 8")
        done("UPDATE contracts_contract SET last_day = '2026-12-31'")
        done("UPDATE contracts_contract SET activated_on = '2020-01-01'")
