"""A contract was to end inside a closed month: the days after that are credited."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import Sum

from billing.models import ContractOption, Correction, Invoice, InvoiceLine, Promotion
from billing.selectors.overbilled import overbilled, overcharged
from billing.services import corrections
from billing.services.crediting import credit_in_full, left_of
from contracts.models import Contract
from numbers.models import GeographicNumber
from tests.billing.closed_months import text_of
from tests.support.billing_office import url
from tests.support.deliveries import row
from tests.support.october import OCTOBER, order
from tests.support.overbilled import DECEMBER, LATER, NOVEMBER, close, late_lines
from tests.support.races import at_once

DUE_UNTIL = dt.date(2026, 10, 20)


@pytest.fixture
def globex_contract(customers, price_list) -> Contract:
    """In service from 16 October."""
    return customers[1]


@pytest.fixture
def ended(globex_contract):
    """Close these months, then let the contract end with the last of them."""

    def act(*months: dt.date) -> Contract:
        for month in months or [OCTOBER]:
            close(month)
        last = (months or [OCTOBER])[-1].replace(day=30)
        last = last if last.month == 11 else last.replace(day=31)
        contract = Contract.objects.select_related("tenant").get(pk=globex_contract.pk)
        contract.state, contract.last_day = "terminated", last
        contract.save()
        return contract

    return act


@pytest.fixture
def calls_on(deliver, globex_contract):
    number = GeographicNumber.objects.filter(contract=globex_contract).earliest("pk")

    def act(day: int, count: int, **changes) -> None:
        deliver(
            *[
                row(
                    called=number.e164,
                    call_id=f"{day}-{n}",
                    started_at=f"2026-10-{day}T09:00:00Z",
                    **changes,
                )
                for n in range(count)
            ]
        )

    return act


@pytest.fixture
def credit(acting_as, staff):
    def act(contract: Contract, last_day: dt.date = DUE_UNTIL) -> list[Invoice]:
        found = overcharged(contract, last_day)
        amount = sum((one.amount for one in found), Decimal(0))
        with acting_as("vms_staff"):
            return corrections.credit_days(
                contract=contract,
                last_day=last_day,
                amount=amount,
                reason="Notice of 20 October",
                actor=staff,
                now=LATER,
            )

    return act


def lines_of(note: Invoice) -> list[tuple[str, str]]:
    return [(line.code, f"{line.net}") for line in note.lines.all()]


def test_fees_and_minimum_of_the_days_after_it_are_credited(ended, credit):
    """Billed 16 days of 53.30 and of 15.00, due are 5: 27.51 - 8.60, 7.74 - 2.42."""
    contract = ended()

    (note,) = credit(contract)

    assert lines_of(note) == [("SUB", "18.91"), ("TRM_CORRECTION", "5.32")]
    line = note.lines.first()
    assert (line.starts_on, line.ends_on) == (dt.date(2026, 10, 21), contract.last_day)
    assert (note.total_excl_vat, note.total_vat) == (Decimal("24.23"), Decimal("5.09"))
    assert note.credits == Invoice.objects.get(kind="invoice", tenant=contract.tenant)
    assert overcharged(contract, DUE_UNTIL) == []
    with pytest.raises(corrections.NothingTooMuch):
        credit(contract)


def test_calls_after_it_are_credited_with_the_minimum_on_both_sides(
    ended, credit, calls_on
):
    calls_on(18, 100)
    calls_on(25, 200)
    (note,) = credit(ended())
    assert lines_of(note)[1] == ("TRM_CORRECTION", "8.00")


def test_calls_that_come_later_are_billed_up_to_that_day(ended, credit, calls_on):
    """100 calls cost 4.00 of the 7.74 that were billed; 2.42 is the minimum left."""
    calls_on(18, 100)
    contract = ended()
    (note,) = credit(contract)
    assert lines_of(note)[1] == ("TRM_CORRECTION", "3.74")
    calls_on(19, 10)
    calls_on(25, 10)
    close(NOVEMBER)
    assert late_lines() == [(NOVEMBER, "0.40")]


def test_a_conflict_of_a_shortened_month_is_credited_for_itself(
    ended, credit, calls_on
):
    calls_on(18, 100)
    calls_on(25, 200)
    contract = ended()
    credit(contract)
    calls_on(25, 5, outcome="answered")
    assert overbilled() == []
    calls_on(18, 10, outcome="answered")
    assert [f"{x.amount}" for x in overbilled()] == ["0.40"]


def test_an_earlier_day_credits_the_rest(ended, credit):
    contract = ended()
    credit(contract)
    (note,) = credit(contract, dt.date(2026, 10, 17))
    # Two days of 31: 3.44 and 0.97.
    assert lines_of(note) == [("SUB", "5.16"), ("TRM_CORRECTION", "1.45")]
    assert overcharged(contract, DUE_UNTIL) == []


def test_all_closed_months_after_it_are_credited(ended, credit):
    contract = ended(OCTOBER, NOVEMBER)
    notes = credit(contract)
    assert [lines_of(note) for note in notes] == [
        [("SUB", "18.91"), ("TRM_CORRECTION", "5.32")],
        [("SUB", "53.30"), ("TRM_CORRECTION", "15.00")],
    ]
    november = Invoice.objects.get(
        kind="invoice", tenant=contract.tenant, month=NOVEMBER
    )
    assert left_of(november) == 0


def test_options_and_promotions_count_as_billed(ended, credit, globex_contract):
    contract, tenant = globex_contract, globex_contract.tenant
    ContractOption.objects.create(
        tenant=tenant,
        contract=contract,
        code="REC_500MB",
        starts_on="2026-10-16",
        order=order(contract, dt.date(2026, 10, 8)),
    )
    for code in ("SUB", "TRM_MIN"):
        Promotion.objects.create(
            tenant=tenant,
            contract=contract,
            code=code,
            percent=50,
            starts_on="2026-10-01",
        )
    (note,) = credit(ended())
    # 13.75 - 4.30, 11.87 - 3.71, and 3.87 - 1.21: half of the minimum was paid.
    assert lines_of(note) == [
        ("REC_500MB", "8.16"),
        ("SUB", "9.45"),
        ("TRM_CORRECTION", "2.66"),
    ]


def test_work_stays_billed(october, customers, ended, credit):
    contract = ended()
    (note,) = credit(contract)
    assert "INSTALL" not in dict(lines_of(note))
    assert InvoiceLine.objects.filter(code="INSTALL", invoice=note.credits).exists()


def test_what_is_credited_in_full_gives_nothing_back_again(ended, staff):
    contract = ended()
    invoice = Invoice.objects.get(kind="invoice", tenant=contract.tenant)
    credit_in_full(invoice=invoice, reason="", actor=staff, now=LATER)
    assert overcharged(contract, DUE_UNTIL) == []


def test_the_rest_comes_to_the_invoice(ended, credit, staff):
    contract = ended()
    credit(contract)
    invoice = Invoice.objects.get(kind="invoice", tenant=contract.tenant)
    credit_in_full(invoice=invoice, reason="", actor=staff, now=LATER)
    sums = invoice.credit_notes.aggregate(Sum("total_incl_vat"), Sum("total_vat"))
    assert sums["total_incl_vat__sum"] == invoice.total_incl_vat
    assert sums["total_vat__sum"] == invoice.total_vat


def test_a_contract_that_goes_on_keeps_its_days(globex_contract, credit):
    close(OCTOBER)
    with pytest.raises(corrections.NotEnded):
        credit(globex_contract)


@pytest.mark.parametrize("day", ["2026-10-15", "2026-10-31"])
def test_the_day_lies_inside_the_service(ended, credit, day):
    with pytest.raises(corrections.NotEnded):
        credit(ended(), dt.date.fromisoformat(day))


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told(ended, credit):
    contract = ended()
    outcomes = at_once(*[lambda: credit(contract)] * 2)
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["NothingTooMuch", "list"]
    assert Correction.objects.count() == 1


def test_later_months_bill_nothing_more(ended, credit):
    credit(ended())
    close(NOVEMBER)
    close(DECEMBER)
    assert not Invoice.objects.filter(
        kind="invoice", tenant__reference="GLOBEX", month__gte=NOVEMBER
    ).exists()


# --- In the back office -----------------------------------------------------------


@pytest.fixture
def office(staff_client, staff):
    staff_client.force_login(staff)
    return staff_client


def test_the_page_shows_what_it_comes_to_before_it_credits(office, ended):
    contract = ended()
    address = url("billing_correction_days", contract.pk)
    page = office.get(url("contracts_contract_change", contract.pk))
    assert address in page.content.decode()
    assert "Last day that is due" in text_of(office.get(address))

    asked = text_of(office.post(address, {"day": "2026-10-20"}))
    assert "€24.23 excl. VAT are credited to Globex" in asked
    assert "October 2026: Voice Managed Service subscription: €18.91" in asked
    assert "October 2026: Calls billed too much (TRM): €5.32" in asked
    assert not Correction.objects.exists()

    answer = {"day": "2026-10-20", "amount": "24.23", "confirmed": "on"}
    assert office.post(address, answer).status_code == 200
    assert not Correction.objects.exists()
    answer["reason"] = "Notice of 20 October"
    done = text_of(office.post(address, answer, follow=True))
    note = Invoice.objects.get(kind="credit_note")
    assert f"Credit note {note.reference} is issued." in done
    again = text_of(office.post(address, answer, follow=True))
    assert "Nothing is to be credited any more." in again


def test_a_day_outside_of_the_service_is_asked_again(office, ended):
    address = url("billing_correction_days", ended().pk)
    page = text_of(office.post(address, {"day": "2026-10-31"}))
    assert "Choose a day of the service before its last one." in page


def test_sales_staff_credit_no_days(staff_client, ended, sales_staff):
    contract = ended()
    staff_client.force_login(sales_staff)
    address = url("billing_correction_days", contract.pk)
    assert staff_client.post(address, {"day": "2026-10-20"}).status_code == 403
    page = staff_client.get(url("contracts_contract_change", contract.pk))
    assert address not in page.content.decode()
