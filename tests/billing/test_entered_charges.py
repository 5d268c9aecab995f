"""What no month could be priced with is refused where it is entered."""

import datetime as dt

import pytest

from billing.models import Indexation, OneOff, Order
from tests.billing.closed_months import text_of
from tests.billing.test_closed_months_back_office import contract_form
from tests.support.billing_office import order_form, url
from vms_portal.kernel.local_time import first_from, month_after


@pytest.fixture
def office(staff_client, staff):
    staff_client.force_login(staff)
    return staff_client


def option(**changes) -> dict[str, str]:
    values = {"code": "MSG_10", "quantity": "1", "starts_on": "2026-11-02", **changes}
    return {f"options-0-{name}": value for name, value in values.items()}


def work(**changes) -> dict[str, str]:
    values = {"code": "PROG_SMALL", "quantity": "1", **changes}
    return {f"one_offs-0-{name}": value for name, value in values.items()}


@pytest.mark.parametrize(
    "rows", [option(messages="0"), option(quoted_price="-1"), work(quoted_price="-1")]
)
def test_an_order_no_month_can_be_priced_with_is_refused(office, orders, rows):
    contract = OneOff.objects.all()[0].contract
    part = next(iter(rows)).partition("-")[0]
    form = order_form(contract) | {f"{part}-TOTAL_FORMS": "1"} | rows

    refused = office.post(url("billing_order_add"), form)

    assert refused.status_code == 200
    assert "Ensure this value is greater than or equal to" in text_of(refused)
    assert not Order.objects.filter(reference=form["reference"]).exists()


def index(**changes) -> dict[str, str]:
    values = {
        "effective_on": "2027-01-01",
        "factor": "1.0285",
        "applies_to": "SUB,TRM_CALL",
        "notified_on": "2026-12-01",
        **changes,
    }
    rows = {f"indexations-0-{name}": value for name, value in values.items()}
    return {"indexations-TOTAL_FORMS": "1", **rows}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"factor": "0"}, "greater than or equal to"),
        ({"applies_to": "SUB,TRM_CALLS"}, "No price has the code TRM_CALLS."),
        ({"notified_on": "2026-12-02"}, "choose 1 February 2027 or later"),
        ({"notified_on": "2027-03-05"}, "choose 1 May 2027 or later"),
    ],
)
def test_an_indexation_that_cannot_hold_is_refused(
    office, customers, changes, sentence
):
    where = url("contracts_contract_change", customers[0].pk)
    refused = office.post(where, contract_form(customers[0], **index(**changes)))
    assert refused.status_code == 200
    assert sentence in text_of(refused)
    assert not Indexation.objects.exists()


def test_an_indexation_told_a_month_before_is_taken(office, customers):
    where = url("contracts_contract_change", customers[0].pk)
    office.post(where, contract_form(customers[0], **index(applies_to="sub, trm_call")))
    assert Indexation.objects.get().applies_to == ["SUB", "TRM_CALL"]


@pytest.mark.parametrize(
    ("told_on", "first"),
    [
        ("2026-12-01", "2027-01-01"),
        ("2026-12-02", "2027-02-01"),
        ("2027-01-31", "2027-03-01"),
        ("2028-01-31", "2028-03-01"),
        ("2027-02-28", "2027-04-01"),
        ("2027-12-31", "2028-02-01"),
    ],
)
def test_a_month_of_notice_is_counted_by_the_calendar(told_on, first):
    after = month_after(dt.date.fromisoformat(told_on))
    assert first_from(after).isoformat() == first
