"""Finance staff close a month, watch it and take it along."""

import csv
import datetime as dt
import io
import re
import zipfile

import pytest

from billing.models import CustomerMonth, Invoice
from billing.services import closing
from tenants.models import AuditEvent
from tests.support.billing_office import url
from tests.support.october import OCTOBER
from traffic.models import Period

TYPED = {"confirmed": "on", "typed": "2026-10"}


def test_the_start_page_says_that_october_is_ready(
    staff_client, october, finance_staff
):
    staff_client.force_login(finance_staff)

    page = staff_client.get(url("index")).content.decode()

    assert "ready-to-close" in page
    assert "1,962.21" in page


def test_the_preview_shows_what_closing_would_issue(
    staff_client, october, finance_staff
):
    staff_client.force_login(finance_staff)

    page = staff_client.get(url("billing_month_detail", OCTOBER)).content.decode()

    for amount in ("1,806.30", "2,185.62", "155.91", "188.65"):
        assert amount in page
    assert not Invoice.objects.exists()


def test_the_button_begins_the_close(staff_client, october, finance_staff):
    staff_client.force_login(finance_staff)

    asked = staff_client.post(url("billing_month_close", OCTOBER))
    assert "Close and issue 2 invoices" in asked.content.decode()
    assert not Period.objects.filter(month=OCTOBER, state="closing").exists()
    answer = staff_client.post(url("billing_month_close", OCTOBER), TYPED)

    assert answer.status_code == 302
    assert Period.objects.get(month=OCTOBER).state == "closing"
    event = AuditEvent.objects.get(action="month.close_started")
    assert event.actor_name == "Fred"


def test_a_month_that_runs_is_refused(staff_client, october, finance_staff):
    staff_client.force_login(finance_staff)
    now = dt.datetime.now(dt.UTC).date().replace(day=1)

    typed = TYPED | {"typed": f"{now:%Y-%m}"}
    answer = staff_client.post(url("billing_month_close", now), typed, follow=True)

    assert "is not over yet" in answer.content.decode()
    assert not Period.objects.filter(month=now, state="closing").exists()


def test_reading_does_not_close(staff_client, october, finance_staff):
    staff_client.force_login(finance_staff)

    assert staff_client.get(url("billing_month_close", OCTOBER)).status_code == 200
    wrong = TYPED | {"typed": "2026-09"}
    page = staff_client.post(url("billing_month_close", OCTOBER), wrong)
    assert "Type 2026-10." in page.content.decode()
    assert not Period.objects.filter(month=OCTOBER, state="closing").exists()


@pytest.mark.parametrize(
    "name", ["billing_month_list", "billing_invoice_changelist", "billing_month_zip"]
)
def test_sales_staff_see_no_invoices(staff_client, closed, sales_staff, name):
    staff_client.force_login(sales_staff)
    args = [OCTOBER] if name.endswith("zip") else []

    assert staff_client.get(url(name, *args)).status_code == 403


def test_finance_downloads_one_and_all(staff_client, rendered, finance_staff):
    staff_client.force_login(finance_staff)

    one = staff_client.get(url("billing_invoice_pdf", rendered[0].pk))
    everything = staff_client.get(url("billing_month_zip", OCTOBER))

    assert one.content.startswith(b"%PDF")
    archive = zipfile.ZipFile(io.BytesIO(everything.content))
    assert set(archive.namelist()) == {
        "2026-10-totals.csv",
        "2026-000001.pdf",
        "2026-000002.pdf",
    }
    totals = archive.read("2026-10-totals.csv").decode("utf-8-sig")
    assert "2185,62" in totals
    assert "188,65" in totals


def test_the_totals_are_numbers_in_a_belgian_spreadsheet(
    staff_client, closed, finance_staff
):
    staff_client.force_login(finance_staff)
    address = url("billing_invoice_credit", closed[0].pk)
    staff_client.post(address, {"reason": "Error", "confirmed": "on"})

    body = staff_client.get(url("billing_month_csv", OCTOBER)).content.decode(
        "utf-8-sig"
    )

    rows = list(csv.DictReader(io.StringIO(body), delimiter=";"))
    amounts = ("total excl. VAT", "VAT", "total incl. VAT")
    assert [[row[name] for name in amounts] for row in rows] == [
        ["-1806,30", "-379,32", "-2185,62"],
        ["1806,30", "379,32", "2185,62"],
        ["155,91", "32,74", "188,65"],
    ]
    communications = [row["communication"] for row in rows]
    assert communications == [
        "",
        *(invoice.communication.strip("+") for invoice in closed),
    ]
    assert all(re.fullmatch(r"\d{3}/\d{4}/\d{5}", text) for text in communications[1:])


def test_an_archive_is_whole_or_not_at_all(staff_client, rendered, finance_staff):
    staff_client.force_login(finance_staff)
    address = url("billing_invoice_credit", rendered[0].pk)
    staff_client.post(address, {"reason": "Wrong address", "confirmed": "on"})

    answer = staff_client.get(url("billing_month_zip", OCTOBER), follow=True)

    assert "still being rendered" in answer.content.decode()


def test_finance_credits_an_invoice(staff_client, closed, finance_staff):
    staff_client.force_login(finance_staff)
    address = url("billing_invoice_credit", closed[0].pk)

    sent = {"reason": "Wrong address", "confirmed": "on"}
    asked = staff_client.get(address)
    refused = staff_client.post(address, sent | {"reason": ""}, follow=True)
    assert not Invoice.objects.filter(kind="credit_note").exists()
    done = staff_client.post(address, sent, follow=True)
    again = staff_client.post(address, sent, follow=True)

    assert "€2,185.62" in asked.content.decode()
    assert "This field is required" in refused.content.decode()
    assert "CN-2026-000001" in done.content.decode()
    assert "credited in full already" in again.content.decode()


def test_an_issued_invoice_offers_nothing_to_change(staff_client, closed, staff):
    staff_client.force_login(staff)

    page = staff_client.get(url("billing_invoice_change", closed[0].pk))

    assert 'name="_save"' not in page.content.decode()
    text = re.sub("<[^>]+>", " ", page.text).partition("History")[2]
    for told in (
        "€1,806.30",
        "€2,185.62",
        "Belgium",
        "October 2026",
    ):
        assert told in text
    for raw in ("{", "C62", "MON", "1806.30", "BE0123456749"):
        assert raw not in text
    deleted = staff_client.post(url("billing_invoice_delete", closed[0].pk))
    assert deleted.status_code == 403


def test_the_parked_are_shown_with_the_reason_and_tried_again(
    staff_client, october, customers, finance_staff
):
    contract = customers[0]
    contract.channels = 30
    contract.save()
    closing.start_close(month=OCTOBER, now=dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    closing.freeze_usage(month=OCTOBER, tenants=closing.missing_tenants(OCTOBER))
    ids = list(closing.pending(OCTOBER).values_list("pk", flat=True))
    now = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    closing.bill_chunk(month=OCTOBER, ids=ids, now=now)
    staff_client.force_login(finance_staff)

    page = staff_client.get(url("billing_month_detail", OCTOBER)).content.decode()
    assert "30 channels are more than the price list covers (16)" in page
    assert "a quotation is missing" in page

    staff_client.post(url("billing_month_retry", OCTOBER))
    assert CustomerMonth.objects.get(tenant=contract.tenant).state == "pending"
