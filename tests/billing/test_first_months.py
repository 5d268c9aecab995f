"""A slip of the hand in a first day does not ask for months that nobody can close."""

import datetime as dt

import pytest

from billing.models import OneOff
from billing.selectors.usage import first_month
from contracts.models import Contract
from tests.billing.closed_months import text_of
from tests.billing.test_notices import agreed
from tests.support.billing_office import order_form, url

__all__ = ["agreed"]
TOLD = "There are no calls before 2020."


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
    assert (TOLD in page.text) is (day < "2020")
    assert OneOff.objects.filter(code="PROG_XLARGE").exists() is (day >= "2020")


def test_what_stands_there_asks_for_no_month_before(agreed):
    Contract.objects.filter(pk=agreed.pk).update(activated_on=dt.date(2018, 3, 1))
    assert first_month() == dt.date(2020, 1, 1)
