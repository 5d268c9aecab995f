"""What finance sees before a month is closed for good; what sales need not invent."""

import datetime as dt

import pytest
from django.utils import timezone

from billing.models import Order
from billing.selectors.checks import checks_of
from billing.selectors.month import preview
from contracts.models import Contract
from contracts.references import next_reference
from tests.billing.closed_months import text_of
from tests.support.billing_office import url
from tests.support.october import OCTOBER

LATER = dt.date(2026, 12, 10)


@pytest.fixture
def office(staff_client, october, staff):
    staff_client.force_login(staff)
    return staff_client


def test_the_page_says_what_may_be_missing(office, acme):
    acme.vat_number = ""
    acme.billing_email = ""
    acme.save()
    page = text_of(office.get(url("billing_month_detail", OCTOBER)))
    assert "11 calls are set aside and not billed." in page
    assert "Acme SA has no VAT number" in page
    assert "Acme SA has no e-mail address for invoices" in page
    assert "Acme SA has no complete postal address" in page


def test_a_day_without_calls_is_told_from_the_first_contract_on(october):
    assert checks_of(OCTOBER, preview(OCTOBER), LATER).silent_days == []
    november = dt.date(2026, 11, 1)
    # The sample has a late call of the first.
    assert len(checks_of(november, preview(november), LATER).silent_days) == 29
    Contract.objects.update(activated_on=dt.date(2026, 11, 16))
    days = checks_of(november, preview(november), LATER).silent_days
    assert (days[0], len(days)) == (dt.date(2026, 11, 16), 15)


def test_a_day_that_is_not_over_is_not_silent(october):
    november = dt.date(2026, 11, 1)
    days = checks_of(november, preview(november), dt.date(2026, 11, 20)).silent_days
    assert days[-1] == dt.date(2026, 11, 19)
    assert checks_of(november, preview(november), november).silent_days == []


def test_each_customer_opens_to_their_lines(office):
    page = text_of(office.get(url("billing_month_detail", OCTOBER)))
    invoices = preview(OCTOBER).invoices
    assert len(invoices) == 2
    for item in invoices:
        assert item.document
        assert f"{item.tenant} · {len(item.document.lines)} lines" in page


def test_references_number_themselves_and_days_are_set(office, acme):
    today = timezone.localdate()
    start = f"C-{today.year}-"
    for end in ("001", "007", "x", "12b"):
        Contract.objects.create(
            tenant=acme, reference=f"{start}{end}", subscribed_on=today
        )
    assert next_reference(Contract.objects.all(), "C", today.year) == f"{start}008"
    page = office.get(url("contracts_contract_add")).context["adminform"].form
    assert page["reference"].value() == f"{start}008"
    assert page["subscribed_on"].value() == today
    order = office.get(url("billing_order_add")).context["adminform"].form
    assert order["reference"].value() == f"O-{today.year}-001"
    assert not Order.objects.filter(reference=order["reference"].value()).exists()


def test_codes_are_offered_with_their_prices(office):
    page = office.get(url("billing_order_add")).content.decode()
    assert '<option label="Installation · €120.00">INSTALL</option>' in page
    assert ">MSG_10</option>" in page
