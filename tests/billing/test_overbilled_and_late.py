"""Late calls fill what wrong ones took, and are credited where they were billed."""

import datetime as dt

import pytest

from billing.models import PriceList
from tests.support.october import OCTOBER
from tests.support.overbilled import (
    DECEMBER,
    NOVEMBER,
    calls,
    close,
    found,
    invoice_of,
    late_lines,
)


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
