"""Late and corrected calls, whole documents, and what cannot be priced."""

import pytest

from billing.rating.errors import BadInput, NoPriceList, QuoteRequired, RatingError
from tests.billing.rating_samples import (
    FULL,
    amounts,
    bands,
    call,
    calls,
    contract,
    one_off,
    only,
    option,
    priced,
    priced_at,
)


def test_late_calls_cost_what_their_own_month_did():
    late = {"period": "2026-10", "calls_billed": 400, "calls_late": 100}
    step = {"effective_on": "2026-11-01", "factor": "2", "applies_to": ["TRM_CALL"]}
    document = priced(contract(late=[late], indexations=[step]))
    assert only("TRM_LATE", document)[0]["net"] == "4.00"


def test_late_calls_are_billed_after_the_contract_has_ended():
    late = {"period": "2026-10", "calls_billed": 370, "calls_late": 30}
    document = priced(contract(last_day="2026-10-31", late=[late]))
    assert amounts(document) == [("TRM_LATE", "1.00")]
    late["calls_late"] = 0
    none = priced(contract(last_day="2026-10-31", late=[late]))
    assert none == {"document": None}


@pytest.mark.parametrize(
    ("billed", "correct", "net"),
    [
        (400, 370, "1.00"),
        (400, 0, "1.00"),
        (800, 400, "16.00"),
        (376, 375, "0.04"),
        (375, 0, None),
        (400, 400, None),
        (400, 500, None),
    ],
)
def test_a_correction_has_the_minimum_on_both_sides(billed, correct, net):
    document = priced(
        contract(calls=calls(billed)), kind="credit_rerate", correct_calls=correct
    )
    if net is None:
        assert document == {"document": None}
    else:
        assert amounts(document) == [("TRM_CORRECTION", net)]
        assert document["document"] == "credit_note"


def test_nothing_to_credit_is_no_document():
    left = contract(last_day="2026-10-31")
    assert priced(left, kind="credit_full") == {"document": None}


def test_vat_is_rounded_once_over_all_contracts():
    # 20.04 x 21 % = 4.2084; by line it would be 2 x 2.10
    lists = priced_at(
        subscription=bands("flat_band", (20, "10.02")), trm={"monthly_minimum": "0"}
    )
    document = priced(contract(), contract(id="C2"), price_lists=lists)
    assert (document["total_vat"], document["total_gross"]) == ("4.21", "24.25")


@pytest.mark.parametrize(
    ("first", "second", "counted"),
    [
        pytest.param([call(), call()], [], "1", id="told twice"),
        pytest.param([call(), call(outcome="direct")], [], None, id="other outcome"),
        pytest.param([call(), call("q2")], [], "2", id="other call"),
        pytest.param([call(), call() | {"source": "sw2"}], [], "2", id="other source"),
        pytest.param([call(), call() | {"call_id": None}], [], "2", id="no call id"),
        pytest.param([call()], [call()], None, id="two contracts claim one call"),
        pytest.param([call()], [call("q2")], "1", id="two contracts, two calls"),
    ],
)
def test_a_call_is_known_by_source_and_call_id(first, second, counted):
    document = priced(contract(calls=first), contract(id="C2", calls=second))
    lines = [x for x in only("TRM_CALL", document) if x["contract"] == "C1"]
    assert [line["quantity"] for line in lines] == ([counted] if counted else [])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"numbers": [{"from": "2026-11-30", "count": 21}]}, QuoteRequired),
        ({"options": [option("STAT_ONLINE")]}, QuoteRequired),
        ({"options": [option("ACM_SEAT")]}, QuoteRequired),
        ({"options": [option("XYZ")]}, BadInput),
        ({"options": [option("INSTALL")]}, BadInput),
        ({"options": [option(quantity="1.5")]}, BadInput),
        ({"options": [option(ordered_on="2024-12-31")]}, NoPriceList),
        ({"one_offs": [one_off("PROG_HUGE")]}, BadInput),
        ({"one_offs": [one_off("CONSULT_DAY", quantity="0.75")]}, BadInput),
        ({"one_offs": [one_off(quoted_price=50.0)]}, BadInput),
        ({"one_offs": [one_off(ordered_on="2024-12-31")]}, NoPriceList),
        (
            {"promos": [{"code": "SUB", "percent": "101", "from": "2026-11-01"}]},
            BadInput,
        ),
        (
            {
                "indexations": [
                    {
                        "effective_on": "2026-11-01",
                        "factor": "1",
                        "applies_to": ["NOTHING"],
                    }
                ]
            },
            BadInput,
        ),
        ({"calls": [call(start="0001-01-01T00:00:00+14:00")]}, BadInput),
        ({"calls": [call(start="9999-12-31T23:59:59Z")]}, BadInput),
        (
            {
                "calls": [
                    {"bulk": -1, "start": "2026-11-04T10:00:00Z", "outcome": "rerouted"}
                ]
            },
            BadInput,
        ),
        (
            {
                "quoted_subscription": "999999999999",
                "indexations": [
                    {
                        "effective_on": f"2026-{n:02}-01",
                        "factor": "999999999999",
                        "applies_to": ["SUB"],
                    }
                    for n in range(8, 12)
                ],
            },
            BadInput,
        ),
    ],
)
def test_what_cannot_be_priced_has_its_code(changes, error):
    with pytest.raises(RatingError) as caught:
        priced(contract(**changes))
    assert type(caught.value) is error


def test_one_contract_without_a_quotation_stops_the_whole_document():
    with pytest.raises(QuoteRequired):
        priced(contract(), contract(id="C2", channels=17))


def test_what_is_not_in_service_needs_no_quotation():
    later = [one_off("PROG_COMPLEX", completed_on="2026-12-01")]
    assert amounts(priced(contract(one_offs=later))) == FULL
    assert priced(contract(channels=17, last_day="2026-10-31")) == {"document": None}
