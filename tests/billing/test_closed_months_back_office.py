"""What is entered into a closed month in the back office: put off, or refused."""

import datetime as dt
from decimal import Decimal

import pytest

from billing.models import (
    ContractOption,
    Indexation,
    Invoice,
    InvoiceLine,
    OneOff,
    Promotion,
)
from contracts.models import Contract
from numbers.models import GeographicNumber
from tests.billing.closed_months import DAY, LATER, NOVEMBER, close, text_of
from tests.support.billing_office import order_form, url


@pytest.fixture
def office(staff_client, october_closed, staff):
    staff_client.force_login(staff)
    return staff_client


def work_form(contract, done="2026-10-28", code="PROG_XLARGE", **more) -> dict:
    return order_form(contract, ordered_on="2026-10-20") | {
        "one_offs-TOTAL_FORMS": "1",
        "one_offs-0-code": code,
        "one_offs-0-quantity": "1",
        "one_offs-0-completed_on": done,
        **more,
    }


def test_work_of_a_closed_month_is_put_off_and_the_page_says_so(office, customers):
    answer = office.post(url("billing_order_add"), work_form(customers[0]), follow=True)

    told = "October 2026 is closed: PROG_XLARGE is billed with November 2026."
    assert told in text_of(answer)
    work = OneOff.objects.get(code="PROG_XLARGE")
    assert work.bill_in == NOVEMBER
    page = text_of(office.get(url("billing_order_change", work.order_id)))
    assert "November 2026" in page
    close("2026-11", LATER)
    line = InvoiceLine.objects.get(code="PROG_XLARGE")
    assert (line.net, line.invoice.month) == (Decimal("250.00"), NOVEMBER)
    assert "28 octobre 2026" in line.description


def test_work_of_an_open_month_is_not_put_off(office, customers):
    """The control of the test above."""
    form = work_form(customers[0], done="2026-11-03")
    answer = office.post(url("billing_order_add"), form, follow=True)
    assert "is closed" not in text_of(answer)
    assert OneOff.objects.get(code="PROG_XLARGE").bill_in is None


def change_form(work: OneOff, **changes) -> dict:
    """The form of an order as the page sends it, with changes of one work."""
    works = list(work.order.one_offs.order_by("pk"))
    form = order_form(work.contract) | {
        "reference": work.order.reference,
        "ordered_on": str(work.order.ordered_on),
        "one_offs-TOTAL_FORMS": str(len(works)),
        "one_offs-INITIAL_FORMS": str(len(works)),
    }
    for n, item in enumerate(works):
        values = {
            "id": item.pk,
            "order": item.order_id,
            "code": item.code,
            "quantity": item.quantity,
            "completed_on": item.completed_on or "",
            "quoted_price": "",
            **(changes if item == work else {}),
        }
        form |= {f"one_offs-{n}-{name}": value for name, value in values.items()}
    return form


@pytest.mark.parametrize(
    "change", [{"completed_on": "2026-11-05"}, {"quantity": "2"}, {"DELETE": "on"}]
)
def test_invoiced_work_is_credited_not_changed(office, customers, change):
    work = OneOff.objects.get(code="CONSULT_DAY")

    answer = office.post(
        url("billing_order_change", work.order_id), change_form(work, **change)
    )

    invoice = Invoice.objects.get(tenant=work.tenant)
    assert f"on invoice {invoice.reference}: it is credited" in text_of(answer)
    assert OneOff.objects.get(pk=work.pk).completed_on == work.completed_on
    close("2026-11", LATER)
    assert InvoiceLine.objects.filter(code="CONSULT_DAY").count() == 1


def test_work_put_off_can_be_corrected_until_it_is_billed(office, customers):
    office.post(url("billing_order_add"), work_form(customers[0]))
    work = OneOff.objects.get(code="PROG_XLARGE")
    where = url("billing_order_change", work.order_id)

    office.post(where, change_form(work, completed_on="2026-11-02"))
    work.refresh_from_db()
    assert (work.completed_on, work.bill_in) == (dt.date(2026, 11, 2), None)
    office.post(where, change_form(work, completed_on="2026-10-02"))
    work.refresh_from_db()
    assert (work.completed_on, work.bill_in) == (dt.date(2026, 10, 2), NOVEMBER)


def test_the_work_of_an_order_is_added_to_beside_invoiced_work(office, customers):
    work = OneOff.objects.get(code="CONSULT_DAY")
    form = change_form(work)
    form |= {
        "one_offs-TOTAL_FORMS": "2",
        "one_offs-1-code": "PROG_SMALL",
        "one_offs-1-quantity": "1",
        "one_offs-1-completed_on": "2026-11-04",
    }
    answer = office.post(url("billing_order_change", work.order_id), form, follow=True)
    assert "was changed successfully" in text_of(answer)
    assert OneOff.objects.filter(code="PROG_SMALL").exists()


def test_an_option_of_a_closed_month_is_refused_with_the_first_open_day(
    office, customers
):
    form = order_form(customers[0]) | {
        "options-TOTAL_FORMS": "1",
        "options-0-code": "REC_500MB",
        "options-0-quantity": "1",
        "options-0-starts_on": "2026-10-01",
    }
    refused = text_of(office.post(url("billing_order_add"), form))
    assert "are closed and billed: choose 1 November 2026 or later." in refused
    assert ContractOption.objects.count() == 1

    office.post(url("billing_order_add"), form | {"options-0-starts_on": "2026-11-01"})
    assert ContractOption.objects.count() == 2


def contract_form(contract: Contract, **rows) -> dict:
    form = {"reference": contract.reference, "channels": contract.channels}
    for part in ("quote", "promotions", "indexations"):
        form |= {f"{part}-TOTAL_FORMS": "0", f"{part}-INITIAL_FORMS": "0"}
    return form | rows


@pytest.mark.parametrize(
    "rows",
    [
        {
            "promotions-TOTAL_FORMS": "1",
            "promotions-0-code": "SUB",
            "promotions-0-percent": "50",
            "promotions-0-starts_on": "2026-10-15",
        },
        {
            "indexations-TOTAL_FORMS": "1",
            "indexations-0-effective_on": "2026-10-01",
            "indexations-0-factor": "1.02",
            "indexations-0-applies_to": "SUB",
            "indexations-0-notified_on": "2026-08-01",
        },
    ],
)
def test_promotions_and_indexations_of_a_closed_month_are_refused(
    office, customers, rows
):
    where = url("contracts_contract_change", customers[0].pk)

    refused = office.post(where, contract_form(customers[0], **rows))

    assert refused.status_code == 200
    assert "are closed and billed: choose" in text_of(refused)
    assert not Promotion.objects.exists()
    assert not Indexation.objects.exists()


def test_a_number_of_a_closed_month_is_refused_with_the_first_open_day(
    office, customers
):
    site = GeographicNumber.objects.filter(contract=customers[0])[0].site
    form = {
        "contract": customers[0].pk,
        "site": site.pk,
        "e164": "02 550 12 99",
        "label": "",
        "option": "CLASSIC",
        "activated_on": "2026-10-05",
    }
    refused = office.post(url("numbers_geographicnumber_add"), form)
    assert "are closed and billed: choose" in text_of(refused)
    assert not GeographicNumber.objects.filter(e164="+3225501299").exists()

    form["activated_on"] = "2026-11-01"
    office.post(url("numbers_geographicnumber_add"), form)
    assert GeographicNumber.objects.filter(e164="+3225501299").exists()


def test_a_day_before_the_first_month_of_all_is_one_of_the_closed_months(
    office, customers
):
    """Both were said, and contradicted each other on the day to choose."""
    site = GeographicNumber.objects.filter(contract=customers[0])[0].site
    form = {
        "contract": customers[0].pk,
        "site": site.pk,
        "e164": "02 550 12 99",
        "label": "",
        "option": "CLASSIC",
        "activated_on": "2019-12-31",
    }
    refused = office.post(url("numbers_geographicnumber_add"), form)
    (told,) = refused.context["adminform"].form.errors["activated_on"]
    assert told.endswith("choose 1 November 2026 or later.")


def test_a_number_ends_on_the_last_closed_day_or_later(office, customers):
    number = GeographicNumber.objects.filter(contract=customers[0])[0]
    where = url("numbers_geographicnumber_change", number.pk)
    form = {
        "site": number.site_id,
        "label": "",
        "change_to": "",
        "change_from": "",
        "option_periods-TOTAL_FORMS": "0",
        "option_periods-INITIAL_FORMS": "0",
    }
    refused = office.post(where, form | {"released_on": "2026-10-30"})
    assert "It is billed until" in text_of(refused)
    answer = {"confirmed": "on", "reason": "moves away"}
    office.post(where, form | answer | {"released_on": "2026-10-31"})
    number.refresh_from_db()
    assert number.released_on == NOVEMBER - DAY
