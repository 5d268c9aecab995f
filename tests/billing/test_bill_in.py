"""Work is billed once: in its month, or in the first open one after a close."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from billing.models import CustomerMonth, Invoice, InvoiceLine, OneOff
from billing.rating.errors import BadInput
from billing.rating.output import document_json
from billing.rating.parse import parse_month
from billing.rating.price import price_invoice
from billing.selectors.month import months_ready
from billing.selectors.work import is_billed
from billing.services import closing
from contracts.models import Contract
from tests.billing.rating_samples import contract, month, one_off
from tests.support.october import NOW, OCTOBER, order
from tests.support.october import one_off as stored_work
from traffic.models import ContractDay, Period
from vms_portal.kernel.local_time import next_month

NOVEMBER = dt.date(2026, 11, 1)


def work_in(period: str, **changes) -> list[tuple[str, str]]:
    """Code and net of what ``period`` bills of one piece of work."""
    entry = contract(last_day="2026-10-01", one_offs=[one_off(**changes)])
    document = document_json(price_invoice(parse_month(month(entry, period=period))))
    lines = document.get("lines", [])
    return [(x["code"], x["net"]) for x in lines if x["code"].startswith("PROG")]


def test_work_is_billed_in_its_month_unless_another_is_given():
    assert work_in("2026-11") == [("PROG_SMALL", "50.00")]
    assert work_in("2026-12") == []
    assert work_in("2026-11", bill_in="2026-12") == []
    assert work_in("2026-12", bill_in="2026-12") == [("PROG_SMALL", "50.00")]
    assert work_in("2026-11", bill_in="2026-11") == [("PROG_SMALL", "50.00")]
    assert work_in("2026-11", bill_in=None) == [("PROG_SMALL", "50.00")]
    assert work_in("2026-12", bill_in="2026-12", completed_on=None) == []


@pytest.mark.parametrize(
    "bill_in",
    ["2026-10", "2025-12", "2026-13", "2026-1", "2026-12-01", "", 202612, "０２６-12"],
)
def test_a_month_that_is_none_or_lies_before_the_work_is_refused(bill_in):
    with pytest.raises(BadInput) as caught:
        work_in("2026-11", bill_in=bill_in)
    assert caught.value.path == "/input/contracts/0/one_offs/0/bill_in"


def test_late_work_takes_the_list_of_its_order_and_the_index_of_the_period():
    step = {"effective_on": "2026-12-01", "factor": "1.1", "applies_to": ["PROG_SMALL"]}
    work = one_off(bill_in="2026-12")
    entry = contract(last_day="2026-10-01", one_offs=[work], indexations=[step])
    document = price_invoice(parse_month(month(entry, period="2026-12")))
    assert document is not None
    assert document.lines[0].net == Decimal("55.00")
    assert document.lines[0].done_on == dt.date(2026, 11, 12)


WORK = st.tuples(
    st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), st.integers(0, 5) | st.none()
)


@given(st.lists(WORK, max_size=8))
def test_every_piece_of_work_is_billed_exactly_once(pieces):
    """Whenever it was entered: ``late`` months after its own, or in time."""
    works = []
    for day, late in pieces:
        bill_in = day.replace(day=1)
        for _month in range(late or 0):
            bill_in = next_month(bill_in)
        extra = {} if late is None else {"bill_in": f"{bill_in:%Y-%m}"}
        works.append(one_off(completed_on=str(day), ordered_on="2026-11-02", **extra))
    entry = contract(activated_on="2020-01-01", last_day="2020-01-01", one_offs=works)
    period, billed = dt.date(2026, 1, 1), Decimal(0)
    while period < dt.date(2027, 7, 1):
        document = price_invoice(parse_month(month(entry, period=f"{period:%Y-%m}")))
        billed += document.total_net if document else 0
        period = next_month(period)
    assert billed == 50 * len(pieces)


# --- Stored ---------------------------------------------------------------------


def close(period: str, now=dt.datetime(2027, 6, 1, tzinfo=dt.UTC)) -> None:
    call_command("close_month", period, now=now, verbosity=0)


def lines(code: str) -> list[tuple[dt.date, Decimal, str]]:
    found = InvoiceLine.objects.filter(code=code).order_by("invoice__month")
    return [(x.invoice.month, x.net, x.description) for x in found]


@pytest.fixture
def from_february(acme, make_contract, price_list) -> Contract:
    return make_contract(
        acme, subscribed_on=dt.date(2026, 1, 10), activated_on=dt.date(2026, 2, 1)
    )


def test_work_before_the_first_day_of_service_is_billed_in_its_month(from_february):
    stored_work(from_february, "INSTALL", "2026-01-10", "2026-01-28")

    close("2026-01")
    close("2026-02")

    january = dt.date(2026, 1, 1)
    assert lines("INSTALL") == [(january, Decimal("120.00"), "Installation")]
    codes = Invoice.objects.order_by("month").values_list("lines__code", flat=True)
    assert list(codes) == ["INSTALL", "TRM_MIN"]


def test_months_to_close_start_at_the_first_contract_or_work(from_february):
    now = dt.datetime(2026, 4, 2, tzinfo=dt.UTC)
    ContractDay.objects.create(
        tenant=from_february.tenant, contract=from_february, day=dt.date(2026, 3, 3)
    )
    Period.objects.create(month=dt.date(2026, 3, 1))
    months = [dt.date(2026, n, 1) for n in (1, 2, 3)]
    assert months_ready(now) == months[1:]
    with pytest.raises(CommandError, match="Close 2026-02 first"):
        close("2026-03")

    stored_work(from_february, "INSTALL", "2026-01-10", "2026-01-28")
    assert months_ready(now) == months
    close("2026-01")
    assert months_ready(now) == months[1:]


def test_a_contract_nobody_agreed_to_opens_no_month(acme, make_contract):
    make_contract(acme, state="draft", activated_on=None)
    assert months_ready(NOW) == []


def test_work_of_a_closed_month_is_refused_unless_put_off(october, customers):
    close("2026-10")
    with pytest.raises(IntegrityError, match="are closed"), transaction.atomic():
        stored_work(customers[0], "PROG_XLARGE", "2026-10-20", "2026-10-28")

    work = OneOff(
        tenant=customers[0].tenant,
        contract=customers[0],
        code="PROG_XLARGE",
        order=order(customers[0], dt.date(2026, 10, 20)),
        bill_in=NOVEMBER,
        completed_on=dt.date(2026, 10, 28),
    )
    work.save()
    assert not is_billed(work)
    close("2026-11")
    close("2026-12")

    assert is_billed(work)
    assert lines("PROG_XLARGE") == [
        (NOVEMBER, Decimal("250.00"), "Programmation, XLarge, 28 octobre 2026")
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"completed_on": dt.date(2026, 11, 5)},
        {"bill_in": dt.date(2026, 12, 1)},
        {"quantity": 3},
        {"code": "PROG_SMALL"},
        {"quoted_price": Decimal(1)},
        {"completed_on": None},
    ],
)
@pytest.mark.parametrize("role", ["vms_staff", "vms_worker"])
def test_invoiced_work_is_fixed(october, customers, acting_as, change, role):
    work = OneOff.objects.get(code="CONSULT_DAY")
    close("2026-10")
    stored = OneOff.objects.filter(pk=work.pk)
    is_worker = role == "vms_worker"
    scope = {"scope": "system"} if is_worker else {}
    # The worker puts work off, and changes nothing else of it.
    told = "is invoiced|permission denied" if is_worker else "is invoiced"
    with acting_as(role, **scope):
        for act in (lambda: stored.update(**change), stored.delete):
            with pytest.raises(DatabaseError, match=told), transaction.atomic():
                act()


def test_work_that_is_not_invoiced_can_be_changed(october, customers):
    """The control of the test above, before the close."""
    stored = OneOff.objects.filter(code="CONSULT_DAY")
    assert stored.update(quantity=3) == 1
    assert stored.delete()[0] == 1


def test_work_of_a_customer_set_aside_can_be_corrected(october, customers):
    """Without a price nobody is billed; the price is entered after the close."""
    acme = customers[0]
    stored_work(acme, "PROG_COMPLEX", "2026-10-05", "2026-10-21")
    close("2026-10")
    work = OneOff.objects.get(code="PROG_COMPLEX")
    assert not Invoice.objects.filter(tenant=acme.tenant).exists()
    assert not is_billed(work)

    work.quoted_price = Decimal("1875.00")
    work.save()
    close("2026-10")

    assert [net for _month, net, _text in lines("PROG_COMPLEX")] == [Decimal(1875)]
    work.quoted_price = Decimal(1)
    with pytest.raises(IntegrityError, match="is invoiced"), transaction.atomic():
        work.save()


def test_a_month_that_closes_counts_as_closed(october, customers):
    Period.objects.update_or_create(month=OCTOBER, defaults={"state": "closing"})
    with pytest.raises(IntegrityError, match="are closed"), transaction.atomic():
        stored_work(customers[0], "PROG_XLARGE", "2026-10-20", "2026-10-28")
    with pytest.raises(IntegrityError, match="is invoiced"), transaction.atomic():
        OneOff.objects.filter(code="CONSULT_DAY").update(quantity=3)


@pytest.mark.django_db(transaction=True)
def test_a_correction_and_the_bill_of_who_was_set_aside_take_turns(
    october, customers, files
):
    """Moved while its month is billed at last: on one invoice, never on two."""
    acme = customers[0]
    work = stored_work(acme, "PROG_COMPLEX", "2026-10-05", "2026-10-21")
    close("2026-10")
    row = CustomerMonth.objects.get(tenant=acme.tenant)
    outcome: list[str] = []

    def move() -> None:
        try:
            OneOff.objects.filter(pk=work.pk).update(
                completed_on=dt.date(2026, 11, 3), quoted_price=5
            )
        except IntegrityError:
            outcome.append("refused")
        else:
            outcome.append("moved")
        connection.close()

    OneOff.objects.filter(pk=work.pk).update(quoted_price=7)
    CustomerMonth.objects.filter(pk=row.pk).update(state="pending")
    with transaction.atomic():
        assert closing.bill_chunk(month=row.month, ids=[row.pk], now=NOW) == 1
        beside = threading.Thread(target=move)
        beside.start()
        beside.join(1)
        assert not outcome, "the correction did not wait"
    beside.join(30)

    assert outcome == ["refused"]
    assert [net for _month, net, _text in lines("PROG_COMPLEX")] == [Decimal(7)]
