"""Calls that a closed month billed and that are not right: told, credited, once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from billing.models import Correction, CustomerMonth, Invoice, InvoiceLine, PriceList
from billing.selectors.overbilled import overbilled
from billing.services import corrections
from billing.services.crediting import NothingToCredit, credit_in_full, left_of
from contracts.models import Contract
from numbers.models import GeographicNumber
from tenants.models import AuditEvent, Notice
from tests.billing.closed_months import put_back
from tests.support.deliveries import load, row
from tests.support.october import OCTOBER
from tests.support.races import at_once
from traffic.models import CallRecord, ContractMonth, Period, QuarantinedRecord
from traffic.services import quarantine

NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
LATER = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)


def calls(count: int, *, first: int = 0, **changes) -> list[dict[str, str]]:
    return [row(call_id=f"c{first + n}", **changes) for n in range(count)]


def close(month: dt.date) -> None:
    call_command("close_month", f"{month:%Y-%m}", now=LATER, verbosity=0)


def found() -> list[tuple[int, int, str]]:
    return [(x.calls_billed, x.calls_correct, f"{x.amount}") for x in overbilled()]


def late_lines() -> list[tuple[dt.date, str]]:
    lines = InvoiceLine.objects.filter(code="TRM_LATE", invoice__kind="invoice")
    rows = lines.order_by("invoice__month").values_list("invoice__month", "net")
    return [(month, f"{net}") for month, net in rows]


@pytest.fixture
def deliver(write):
    return lambda *rows: load(write(*rows))


@pytest.fixture
def disputed(deliver):
    """Deliver other contents of calls that are there already."""
    return lambda count, **more: deliver(*calls(count, outcome="answered", **more))


@pytest.fixture
def billed(customers, price_list, deliver) -> Contract:
    """October billed with 400 calls of Acme: 16.00."""
    deliver(*calls(400))
    close(OCTOBER)
    return customers[0]


@pytest.fixture
def credit(acting_as, staff):
    """Credit what is open of a month, as the back office does."""

    def act(contract: Contract, amount: str, month: dt.date = OCTOBER) -> list[Invoice]:
        with acting_as("vms_staff"):
            return corrections.credit_overbilled(
                contract=contract,
                month=month,
                amount=Decimal(amount),
                reason="Delivered twice",
                actor=staff,
                now=LATER,
            )

    return act


@pytest.fixture
def decide(staff, acting_as):
    """Count the content of a call that stands in quarantine with that outcome."""

    def act(call_id: str, outcome: str) -> None:
        waiting = QuarantinedRecord.objects.get(
            call_id=call_id, content__outcome=outcome, state="open"
        )
        with acting_as("vms_worker"):
            quarantine.release(record=waiting.pk, by=staff, note="", now=LATER)

    return act


def invoice_of(contract: Contract, month: dt.date = OCTOBER) -> Invoice:
    return Invoice.objects.get(kind="invoice", tenant=contract.tenant, month=month)


# --- Found ----------------------------------------------------------------------


def test_nothing_is_open_while_every_call_is_right(billed):
    assert found() == []


def test_a_conflict_after_the_close_has_the_minimum_on_both_sides(billed, disputed):
    disputed(30)
    (one,) = overbilled()
    assert (one.contract, one.month) == (billed, OCTOBER)
    assert found() == [(400, 370, "1.00")]


def test_below_the_minimum_nothing_was_billed_too_much(
    customers, price_list, deliver, disputed
):
    deliver(*calls(300))
    close(OCTOBER)
    disputed(30)
    assert found() == []


@pytest.fixture
def settled(customers, price_list, write):
    """Months below the minimum that conflicts touched: nobody has to see to them."""

    def deliver(month: dt.date, count: int, **changes) -> None:
        when = f"{month:%Y-%m}-10T09:00:00Z"
        rows = calls(count, started_at=when, source=f"{month}", **changes)
        call_command("import_call_records", str(write(*rows)), now=LATER, verbosity=0)

    def add(*months: dt.date) -> None:
        for month in months:
            deliver(month, 3)
            close(month)
            deliver(month, 2, outcome="answered")

    return add


def statements() -> int:
    with CaptureQueriesContext(connection) as asked:
        assert overbilled() == []
    return len(asked)


def test_looking_costs_the_same_however_many_months_a_conflict_touched(
    billed, disputed, credit, settled
):
    """One credited, the others below the minimum: no price is asked of any."""
    disputed(30)
    credit(billed, "1.00")
    settled(NOVEMBER)
    before = statements()
    settled(DECEMBER, dt.date(2027, 1, 1), dt.date(2027, 2, 1))
    assert ContractMonth.objects.filter(moved__gt=0).count() == 5
    assert statements() == before


def test_calls_that_are_free_were_not_billed(billed, deliver):
    free = calls(30, first=400, treatment="direct")
    deliver(*free)
    deliver(*calls(30, first=400, treatment="direct", outcome="answered"))
    assert found() == []


def test_a_conflict_while_the_month_closes_is_found(billed, disputed):
    """Its usage is frozen, and the months after it are open."""
    put_back(Period.objects.filter(month=OCTOBER), "closing")
    disputed(1)
    assert found() == [(400, 399, "0.04")]


def test_a_conflict_before_the_close_was_never_billed(
    customers, price_list, deliver, disputed
):
    deliver(*calls(400))
    disputed(5)
    close(OCTOBER)
    assert ContractMonth.objects.get(moved__gt=0).moved == 5
    assert found() == []


def test_the_other_content_may_be_of_another_customer(
    billed, deliver, decide, customers
):
    other = GeographicNumber.objects.filter(contract=customers[1]).earliest("pk")
    when = "2026-10-20T09:00:00Z"
    deliver(row(call_id="c0", called=other.e164, started_at=when, outcome="answered"))
    decide("c0", "answered")

    assert [x.contract for x in overbilled()] == [billed]
    assert found() == [(400, 399, "0.04")]
    close(NOVEMBER)
    (late,) = invoice_of(customers[1], NOVEMBER).request["contracts"][0]["late"]
    assert (late["calls_billed"], late["calls_late"]) == (0, 1)


# --- Credited -------------------------------------------------------------------


def test_it_is_credited_once_on_the_invoice_of_its_month(billed, disputed, credit):
    disputed(30)

    (note,) = credit(billed, "1.00")

    assert note.credits == invoice_of(billed)
    assert (note.total_excl_vat, note.total_vat) == (Decimal("1.00"), Decimal("0.21"))
    line = note.lines.get()
    assert (line.code, line.usage_month) == ("TRM_CORRECTION", OCTOBER)
    assert note.reason == "Delivered twice"
    assert note.request["correct_calls"] == 370
    assert Notice.objects.of("invoice.issued", note.pk).exists()
    event = AuditEvent.objects.get(action="correction.credited")
    assert event.detail["calls"] == [400, 370]
    assert event.detail["credit_notes"] == [note.reference]
    assert found() == []
    with pytest.raises(corrections.NothingTooMuch):
        credit(billed, "1.00")


def test_another_amount_than_the_one_shown_is_refused(billed, disputed, credit):
    disputed(30)
    with pytest.raises(corrections.AmountChanged) as refused:
        credit(billed, "0.96")
    assert refused.value.amount == Decimal("1.00")
    assert not Invoice.objects.filter(kind="credit_note").exists()


def test_it_keeps_the_vat_of_its_invoice(billed, disputed, credit):
    disputed(30)
    tenant = billed.tenant
    tenant.country, tenant.vat_number, tenant.vat_treatment = (
        "FR",
        "FR40303265045",
        "AE",
    )
    tenant.save()

    (note,) = credit(Contract.objects.get(pk=billed.pk), "1.00")

    assert note.vat.get().category == "S"
    assert note.request["customer"] == {"country": "BE", "vat_treatment": "S"}


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told(billed, disputed, credit):
    disputed(30)

    outcomes = at_once(*[lambda: credit(billed, "1.00")] * 2)

    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["NothingTooMuch", "list"]
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_the_database_keeps_two_corrections_of_one_state_apart(billed, acting_as):
    """The control of the lock: were there none, the second would fail here."""
    same = {
        "tenant": billed.tenant,
        "contract": billed,
        "month": OCTOBER,
        "number": 1,
        "calls_billed": 400,
        "calls_correct": 370,
        "amount": 1,
        "credited_at": LATER,
    }
    with acting_as("vms_staff"):
        Correction.objects.create(**same)
        with pytest.raises(IntegrityError), transaction.atomic():
            Correction.objects.create(**same)


# --- What comes afterwards --------------------------------------------------------


def test_a_conflict_that_is_resolved_in_time_costs_nothing(
    billed, disputed, decide, credit
):
    disputed(1)
    decide("c0", "answered")
    assert found() == []
    close(NOVEMBER)
    assert late_lines() == []


def test_a_call_that_was_credited_and_then_counted_is_billed_again_once(
    billed, disputed, decide, credit
):
    disputed(10)
    credit(billed, "0.40")
    decide("c0", "busy")
    close(NOVEMBER)
    close(DECEMBER)
    assert found() == []
    assert late_lines() == [(NOVEMBER, "0.04")]


def test_another_conflict_is_credited_for_itself(billed, disputed, credit):
    disputed(10)
    credit(billed, "0.40")
    disputed(5, first=10)
    assert found() == [(390, 385, "0.20")]
    credit(billed, "0.20")
    assert found() == []
    rows = Correction.objects.order_by("number")
    assert [(x.calls_billed, x.calls_correct) for x in rows] == [(400, 390), (390, 385)]


def test_late_calls_fill_what_conflicts_took(billed, disputed, deliver, credit):
    """Four of 400 are wrong; four others come late: as many as were billed."""
    disputed(4)
    deliver(*calls(4, first=500))
    assert found() == []
    close(NOVEMBER)
    assert late_lines() == []


def test_late_calls_after_a_correction_are_billed_in_full(
    billed, disputed, deliver, credit
):
    disputed(4)
    credit(billed, "0.16")
    deliver(*calls(4, first=500))
    close(NOVEMBER)
    assert late_lines() == [(NOVEMBER, "0.16")]


@pytest.fixture
def billed_late(billed, deliver) -> Contract:
    """Fifty calls of October came late and are billed with November: 2.00."""
    deliver(*calls(50, first=500))
    close(NOVEMBER)
    return billed


def test_a_late_call_that_is_wrong_is_credited_where_it_was_billed(
    billed_late, disputed, credit
):
    disputed(1, first=500)
    (note,) = credit(billed_late, "0.04")
    assert note.credits == invoice_of(billed_late, NOVEMBER)
    assert note.lines.get().usage_month == OCTOBER


def test_a_call_in_time_that_is_wrong_is_credited_on_its_own_invoice(
    billed_late, disputed, credit
):
    disputed(1)
    (note,) = credit(billed_late, "0.04")
    assert note.credits == invoice_of(billed_late)


def test_what_two_invoices_billed_is_credited_on_both(billed_late, disputed, credit):
    disputed(10)
    disputed(40, first=500)
    notes = credit(billed_late, "2.00")
    assert {note.credits.month: f"{note.total_excl_vat}" for note in notes} == {
        OCTOBER: "0.40",
        NOVEMBER: "1.60",
    }
    assert found() == []


def test_an_invoice_credited_in_full_gives_nothing_back_again(billed, disputed, staff):
    credit_in_full(invoice=invoice_of(billed), reason="", actor=staff, now=LATER)
    disputed(30)
    assert found() == []


def test_the_rest_of_an_invoice_is_credited_to_the_cent(
    billed, disputed, credit, staff
):
    disputed(10)
    credit(billed, "0.40")
    disputed(10, first=10)
    credit(billed, "0.40")
    invoice = invoice_of(billed)

    note = credit_in_full(invoice=invoice, reason="", actor=staff, now=LATER)

    notes = list(invoice.credit_notes.order_by("pk"))
    assert sum(x.total_incl_vat for x in notes) == invoice.total_incl_vat
    assert sum(x.total_excl_vat for x in notes) == invoice.total_excl_vat
    assert left_of(invoice) == 0
    taken = note.lines.filter(code="TRM_CORRECTION").values_list("net", flat=True)
    assert list(taken) == [Decimal("-0.40")] * 2
    assert notes[1].reference in note.lines.latest("position").description
    with pytest.raises(NothingToCredit):
        credit_in_full(invoice=invoice, reason="", actor=staff, now=LATER)
    disputed(10, first=20)
    assert found() == []


# --- While others work --------------------------------------------------------------


def test_a_customer_set_aside_is_told_and_waits(billed, disputed, credit):
    own = CustomerMonth.objects.filter(tenant=billed.tenant, month=OCTOBER)
    put_back(own, "parked")
    disputed(30)
    (one,) = overbilled()
    assert (one.waits_for, one.amount) == (OCTOBER, 0)
    with pytest.raises(corrections.Waits):
        credit(billed, "1.00")


def test_late_calls_on_an_invoice_to_come_make_it_wait(billed_late, disputed):
    later = CustomerMonth.objects.filter(tenant=billed_late.tenant, month=NOVEMBER)
    put_back(later, "parked")
    disputed(30)
    (one,) = overbilled()
    assert one.waits_for == NOVEMBER


def test_nothing_is_credited_while_a_close_freezes(billed, disputed, credit):
    """Its late calls are counted now: of the same calls one would be in both."""
    disputed(30)
    Period.objects.create(month=NOVEMBER, state="closing")
    with pytest.raises(corrections.CloseRuns):
        credit(billed, "1.00")


def test_calls_that_are_deleted_by_now_change_nothing(billed_late, disputed, credit):
    disputed(10)
    CallRecord.objects.all().delete()
    assert found() == [(450, 440, "0.40")]


@pytest.fixture
def by_volume(price_list) -> None:
    """More calls cost less: 400 are 16.00, 501 are 15.53."""
    bands = [{"up_to": 500, "price": "0.04"}, {"up_to": None, "price": "0.031"}]
    trm = {"per_call": {"mode": "volume", "bands": bands}, "monthly_minimum": "15.00"}
    PriceList.objects.create(
        reference="By volume",
        valid_from=dt.date(2026, 1, 2),
        definition=price_list.definition | {"trm": trm},
    )


def test_fewer_calls_that_would_cost_more_change_nothing(
    customers, by_volume, deliver, disputed, decide
):
    """490 calls would be 19.60: the 15.53 that was billed stays, whatever comes."""
    deliver(*calls(501))
    close(OCTOBER)
    disputed(11)
    assert found() == []
    close(NOVEMBER)
    for number in range(11):
        decide(f"c{number}", "busy")
    deliver(*calls(1, first=501))
    close(DECEMBER)
    assert found() == []
    # 502 calls are 15.56, and 15.53 is paid.
    assert late_lines() == [(DECEMBER, "0.03")]


def test_late_calls_that_make_all_calls_cheaper_are_credited(
    customers, by_volume, deliver, credit
):
    """400 calls at 0.04 are 16.00; 501 at 0.031 are 15.53, and nobody pays twice."""
    deliver(*calls(400))
    close(OCTOBER)
    deliver(*calls(101, first=400))
    close(NOVEMBER)
    assert late_lines() == []
    assert found() == [(501, 501, "0.47")]
    credit(customers[0], "0.47")
    close(DECEMBER)
    assert (late_lines(), found()) == ([], [])
