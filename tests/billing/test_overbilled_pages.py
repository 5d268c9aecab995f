"""Finance sees what closed months were billed too much, is asked, and credits it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from billing.models import Correction, CustomerMonth, Invoice
from billing.tasks import render_invoice
from tenants.models import Notice
from tenants.tasks import send_notice
from tests.billing.closed_months import put_back, text_of
from tests.support.billing_office import url
from tests.support.october import OCTOBER
from tests.support.overbilled import NOVEMBER, calls

TOLD = "1 closed month of a contract is billed for more calls than are right."
ANSWER = {"confirmed": "on", "reason": "Delivered twice", "amount": "1.00"}
LIST = "billing_correction_changelist"


@pytest.fixture
def office(staff_client, staff, files):
    staff_client.force_login(staff)
    return staff_client


@pytest.fixture
def open_one(billed, disputed):
    disputed(30)
    return billed


def credit_url(contract) -> str:
    return url("billing_correction_credit", contract.pk, OCTOBER)


@pytest.mark.parametrize(
    ("name", "args"),
    [("index", []), ("billing_month_list", []), ("billing_month_detail", [NOVEMBER])],
)
def test_finance_is_told_where_it_looks(office, open_one, name, args):
    assert TOLD in text_of(office.get(url(name, *args)))


@pytest.mark.parametrize("name", ["index", "billing_month_list"])
def test_nobody_is_told_while_every_call_is_right(office, billed, name):
    assert "more calls than are right" not in text_of(office.get(url(name)))


def test_the_list_says_what_was_billed_and_what_is_right(office, open_one):
    page = text_of(office.get(url(LIST)))
    for told in ("Acme SA", "October 2026", "400", "370", "€1.00", "Credit…"):
        assert told in page


def test_it_is_asked_then_credited_and_mailed(office, open_one, acme, mailoutbox):
    acme.billing_email = "accounts@acme.example"
    acme.save()
    question = text_of(office.get(credit_url(open_one)))
    assert "400 calls of Acme SA are billed for October 2026, 370 of them" in question
    assert "€1.00 excl. VAT are credited" in question
    without_reason = office.post(credit_url(open_one), ANSWER | {"reason": ""})
    assert without_reason.status_code == 200
    assert not Correction.objects.exists()

    page = text_of(office.post(credit_url(open_one), ANSWER, follow=True))

    note = Invoice.objects.get(kind="credit_note")
    assert f"Credit note {note.reference} is issued." in page
    render_invoice(note.pk)
    for notice in Notice.objects.of("invoice.issued", note.pk):
        send_notice(notice.pk)
    (mail,) = mailoutbox
    assert note.reference in mail.subject
    assert "Delivered twice" in mail.body
    assert mail.attachments[0][0] == f"{note.reference}.pdf"
    listed = text_of(office.get(url(LIST)))
    assert "No closed month is billed for more calls than are right." in listed
    assert "€1.00" in listed


def test_who_comes_second_is_told(office, open_one):
    office.post(credit_url(open_one), ANSWER)
    page = text_of(office.post(credit_url(open_one), ANSWER, follow=True))
    assert "Nothing is to be credited any more." in page
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_an_amount_that_changed_is_asked_for_anew(office, open_one, deliver):
    deliver(*calls(10, first=600))
    page = text_of(office.post(credit_url(open_one), ANSWER, follow=True))
    assert "It is €0.80 now" in page
    assert not Correction.objects.exists()


def test_a_customer_set_aside_comes_first(office, open_one):
    put_back(CustomerMonth.objects.filter(tenant=open_one.tenant), "parked")
    page = text_of(office.get(url(LIST)))
    assert "The customer's invoice of October 2026 comes first." in page
    assert "Credit…" not in page


def test_sales_staff_credit_nothing(staff_client, open_one, sales_staff):
    staff_client.force_login(sales_staff)
    assert staff_client.get(url(LIST)).status_code == 403
    assert staff_client.post(credit_url(open_one), ANSWER).status_code == 403
    assert not Correction.objects.exists()


def test_the_rest_of_a_partly_credited_invoice_is_offered(office, open_one):
    office.post(credit_url(open_one), ANSWER)
    invoice = Invoice.objects.get(kind="invoice", tenant=open_one.tenant)
    page = text_of(office.get(url("billing_invoice_change", invoice.pk)))
    assert "Credit the rest…" in page
    question = text_of(office.get(url("billing_invoice_credit", invoice.pk)))
    left = invoice.total_incl_vat - Decimal("1.21")
    assert f"€{left}" in question


def test_the_customer_pays_what_is_left(client, office, open_one, finance):
    office.post(credit_url(open_one), ANSWER)
    invoice = Invoice.objects.get(kind="invoice", tenant=open_one.tenant)
    left = f"€{invoice.total_incl_vat - Decimal('1.21')}"
    client.force_login(finance.user)
    portal = "vms_portal.urls.portal"
    address = reverse("billing:invoice_detail", args=[invoice.pk], urlconf=portal)
    page = text_of(client.get(address))
    assert f"Amount{left} Credited€1.21" in page
    assert "before it was credited: pay the amount shown here" in page
    panel = reverse("billing:home_panel", urlconf=portal)
    assert left in text_of(client.get(panel))
