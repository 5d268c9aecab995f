"""Staff close a month, watch it, take it along; sales run a contract's life."""

import csv
import datetime as dt
import io
import re
import zipfile

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from billing.models import ContractSummary, CustomerMonth, Invoice, Order, PriceList
from billing.services import closing
from billing.tasks import render_summary
from contracts.models import Contract
from tenants.models import AuditEvent, User
from tenants.staff_groups import grant
from tests.support.october import OCTOBER
from traffic.models import Period

TYPED = {"confirmed": "on", "typed": "2026-10"}


def url(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args, urlconf="vms_portal.urls.backoffice")


@pytest.fixture
def finance_staff(db) -> User:
    user = User.objects.create_user(
        "fred@operator.example", is_staff=True, name="Fred", language="en"
    )
    wanted = ["view_invoice", "add_invoice", "view_customermonth", "view_pricelist"]
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    return user


@pytest.fixture
def sales_staff(db) -> User:
    """With exactly the rights of the group that real sales staff are in."""
    user = User.objects.create_user(
        "sam@operator.example", is_staff=True, name="Sam", language="en"
    )
    for config in apps.get_app_configs():
        grant(config)
    user.groups.set(Group.objects.filter(name="sales"))
    return user


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


def test_sales_draw_up_send_and_start(
    staff_client,
    acme,
    make_contract,
    price_list,
    files,
    admin,
    staff,
    site,
    make_number,
):
    contract = make_contract(acme, state="draft", activated_on=None, reference="C-NEW")
    make_number(contract, site, "+3225501299")
    staff_client.force_login(staff)
    staff_client.post(url("contracts_contract_draw_up", contract.pk))
    summary = ContractSummary.objects.get(contract=contract)
    render_summary(summary.pk)

    sent = staff_client.post(
        url("billing_contractsummary_send", summary.pk), follow=True
    )
    started = staff_client.post(
        url("contracts_contract_activate", contract.pk),
        {"day": "2026-11-01"},
        follow=True,
    )

    assert admin.user.email in sent.content.decode()
    assert "is not agreed" in started.content.decode()
    contract.refresh_from_db()
    assert contract.state == "sent"


def test_an_order_is_entered_with_its_work(staff_client, customers, price_list, staff):
    staff_client.force_login(staff)
    form = {
        "contract": customers[0].pk,
        "reference": "O-77",
        "ordered_on": "2026-11-02",
        "terms_version": "2026-01",
        "accepted_by": "Alice",
        "accepted_at_0": "",
        "accepted_at_1": "",
        "options-TOTAL_FORMS": "1",
        "options-INITIAL_FORMS": "0",
        "options-0-code": "msg_10",
        "options-0-quantity": "1",
        "options-0-messages": "12",
        "options-0-starts_on": "2026-11-02",
        "one_offs-TOTAL_FORMS": "1",
        "one_offs-INITIAL_FORMS": "0",
        "one_offs-0-code": "CONSULT_DAY",
        "one_offs-0-quantity": "1.3",
    }

    refused = staff_client.post(url("billing_order_add"), form)
    assert "half days" in refused.content.decode()

    staff_client.post(url("billing_order_add"), form | {"one_offs-0-quantity": "1.5"})
    order = Order.objects.get(reference="O-77")
    assert order.tenant == customers[0].tenant
    assert order.options.get().code == "MSG_10"
    assert order.one_offs.get().contract == customers[0]


def order_form(contract, **changes) -> dict[str, object]:
    return {
        "contract": contract.pk,
        "reference": "O-78",
        "ordered_on": "2026-11-02",
        "terms_version": "2026-01",
        "accepted_by": "Alice",
        "accepted_at_0": "",
        "accepted_at_1": "",
        "options-TOTAL_FORMS": "0",
        "options-INITIAL_FORMS": "0",
        "one_offs-TOTAL_FORMS": "0",
        "one_offs-INITIAL_FORMS": "0",
        **changes,
    }


def test_a_second_installation_is_refused_with_a_sentence(staff_client, october, staff):
    contract = Contract.objects.get(tenant__reference="ACME")
    staff_client.force_login(staff)
    form = order_form(contract) | {
        "one_offs-TOTAL_FORMS": "1",
        "one_offs-0-code": "INSTALL",
        "one_offs-0-quantity": "1",
    }

    refused = staff_client.post(url("billing_order_add"), form)

    assert refused.status_code == 200
    assert "A contract is installed once." in refused.content.decode()
    assert not Order.objects.filter(reference="O-78").exists()


@pytest.mark.parametrize(
    ("part", "code"), [("options", "INSTALL"), ("one_offs", "REC_500MB")]
)
def test_a_code_of_the_other_kind_is_refused(
    staff_client, customers, price_list, staff, part, code
):
    staff_client.force_login(staff)
    form = order_form(customers[0]) | {
        f"{part}-TOTAL_FORMS": "1",
        f"{part}-0-code": code,
        f"{part}-0-quantity": "1",
        f"{part}-0-starts_on": "2026-11-02",
    }

    refused = staff_client.post(url("billing_order_add"), form)

    assert "No price list knows this code." in refused.content.decode()


def test_a_price_list_is_checked_and_one_in_force_is_read_only(
    staff_client, price_list, staff
):
    staff_client.force_login(staff)
    form = {"reference": "PL-X", "valid_from": "2099-01-01", "definition": '{"trm": 1}'}

    refused = staff_client.post(url("billing_pricelist_add"), form)

    assert "is expected" in refused.content.decode()
    assert not PriceList.objects.filter(reference="PL-X").exists()
    page = staff_client.get(url("billing_pricelist_change", price_list.pk))
    assert 'name="_save"' not in page.content.decode()
