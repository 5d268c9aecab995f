"""Rating: the worked figures of docs/billing.md and both sides of every edge."""

import copy

import pytest

from billing.rating.output import document_json
from billing.rating.parse import parse_month
from billing.rating.price import price_full_credit, price_invoice, price_rerate_credit
from tests.billing.rating_samples import PRICE_LIST, calls, contract, month
from tests.support.rating import invoice


def nets(document, code=None):
    return [
        line["net"]
        for line in document.get("lines", [])
        if code in (None, line["code"])
    ]


def test_the_seeds_contract_with_400_calls():
    assert invoice(contract(calls=calls(400))) == {
        "document": "invoice",
        "lines": [
            {
                "contract": "C1",
                "code": "SUB",
                "quantity": "1",
                "unit": "MON",
                "unit_price": "53.30",
                "base_quantity": "1",
                "gross": "53.30",
                "allowance": "0.00",
                "net": "53.30",
                "start": "2026-11-01",
                "end": "2026-11-30",
            },
            {
                "contract": "C1",
                "code": "TRM_CALL",
                "quantity": "400",
                "unit": "C62",
                "unit_price": "0.04",
                "base_quantity": "1",
                "gross": "16.00",
                "allowance": "0.00",
                "net": "16.00",
            },
        ],
        "vat": [{"category": "S", "rate": "21", "taxable": "69.30", "tax": "14.55"}],
        "total_net": "69.30",
        "total_vat": "14.55",
        "total_gross": "83.85",
    }


def test_half_a_month_without_calls():
    document = invoice(contract(activated_on="2026-11-16"))

    sub, minimum = document["lines"]
    assert (sub["quantity"], sub["unit"], sub["base_quantity"]) == ("15", "DAY", "30")
    assert (sub["net"], minimum["code"], minimum["net"]) == ("26.65", "TRM_MIN", "7.50")
    totals = [document[f"total_{name}"] for name in ("net", "vat", "gross")]
    assert totals == ["34.15", "7.17", "41.32"]


@pytest.mark.parametrize(
    ("count", "usage", "top_up"),
    [
        pytest.param(0, [], ["15.00"], id="silent month still bills the minimum"),
        pytest.param(100, ["4.00"], ["11.00"], id="below the minimum"),
        pytest.param(374, ["14.96"], ["0.04"], id="last call below"),
        pytest.param(375, ["15.00"], [], id="exactly the minimum"),
        pytest.param(376, ["15.04"], [], id="first call above"),
    ],
)
def test_the_minimum_is_a_line_of_its_own(count, usage, top_up):
    document = invoice(contract(calls=calls(count)))

    assert nets(document, "TRM_CALL") == usage
    assert nets(document, "TRM_MIN") == top_up


def test_thirty_wrong_calls_credit_down_to_the_minimum_only():
    request = month(contract(calls=calls(400)), correct_calls=370)

    credit = document_json(price_rerate_credit(parse_month(request)))

    assert credit["document"] == "credit_note"
    (line,) = credit["lines"]
    assert (line["code"], line["net"]) == ("TRM_CORRECTION", "1.00")
    assert line["usage_period"] == "2026-11"


def test_a_full_credit_repeats_every_line():
    request = parse_month(month(contract(calls=calls(10))))

    credit, billed = price_full_credit(request), price_invoice(request)

    assert credit is not None
    assert billed is not None
    assert credit.kind == "credit_note"
    assert credit.lines == billed.lines


def test_late_calls_below_the_minimum_add_nothing():
    late = {"period": "2026-10", "calls_billed": 200, "calls_late": 100}
    assert nets(invoice(contract(late=[late])), "TRM_LATE") == []


def test_late_calls_above_the_minimum_add_the_difference():
    late = {"period": "2026-10", "calls_billed": 370, "calls_late": 30}
    document = invoice(contract(late=[late]))
    assert nets(document, "TRM_LATE") == ["1.00"]
    assert document["lines"][-1]["usage_period"] == "2026-10"


@pytest.mark.parametrize(
    ("mode", "bands", "count", "expected"),
    [
        ("flat_band", [(20, "53.30"), (50, "99.00")], 21, "99.00"),
        ("flat_band", [(20, "53.30"), (50, "99.00")], 20, "53.30"),
        ("volume", [(10, "3.00"), (None, "2.50")], 10, "30.00"),
        ("volume", [(10, "3.00"), (None, "2.50")], 11, "27.50"),
        ("graduated", [(10, "3.00"), (None, "2.50")], 11, "32.50"),
    ],
)
def test_bands(mode, bands, count, expected):
    prices = copy.deepcopy(PRICE_LIST)
    prices["subscription"] = {
        "mode": mode,
        "bands": [{"up_to": top, "price": price} for top, price in bands],
    }
    numbers = [{"from": "2026-10-01", "count": count}]
    document = invoice(contract(numbers=numbers), price_lists=[prices])
    assert nets(document, "SUB") == [expected]


def test_a_band_change_in_the_month_splits_the_subscription():
    prices = copy.deepcopy(PRICE_LIST)
    prices["subscription"]["bands"].append({"up_to": 50, "price": "99.00"})
    numbers = [{"from": "2026-10-01", "count": 20}, {"from": "2026-11-11", "count": 21}]
    document = invoice(contract(numbers=numbers), price_lists=[prices])
    # 53.30 x 10 / 30 = 17.766..., 99.00 x 20 / 30 = 66.00
    assert nets(document, "SUB") == ["17.77", "66.00"]


def test_more_numbers_at_the_same_price_do_not_split():
    numbers = [{"from": "2026-10-01", "count": 3}, {"from": "2026-11-11", "count": 20}]
    assert nets(invoice(contract(numbers=numbers)), "SUB") == ["53.30"]


def test_the_list_of_the_subscription_date_holds_for_life():
    newer = copy.deepcopy(PRICE_LIST) | {"id": "PL-2026", "valid_from": "2026-10-02"}
    newer["subscription"]["bands"][0]["price"] = "60.00"
    newer["options"]["MSG_10"] = "5.00"
    options = [
        {
            "code": "MSG_10",
            "messages": 12,
            "ordered_on": "2026-10-15",
            "from": "2026-10-15",
        }
    ]
    document = invoice(contract(options=options), price_lists=[newer, PRICE_LIST])
    assert nets(document, "SUB") == ["53.30"]
    assert nets(document, "MSG_10") == ["10.00"]  # two packs at the later list


def test_a_promotion_is_an_allowance_and_never_cumulates():
    promos = [
        {"code": "SUB", "percent": "50", "from": "2026-10-01", "to": "2026-11-15"},
        {"code": "SUB", "percent": "20", "from": "2026-11-01", "to": None},
    ]
    first, second = (
        line
        for line in invoice(contract(promos=promos))["lines"]
        if line["code"] == "SUB"
    )
    assert (first["gross"], first["allowance"], first["net"]) == (
        "26.65",
        "13.33",
        "13.32",
    )
    assert (second["allowance"], second["net"]) == ("5.33", "21.32")


def test_a_free_month_keeps_its_lines():
    promos = [
        {"code": code, "percent": "100", "from": "2026-01-01"}
        for code in ("SUB", "TRM_MIN")
    ]
    document = invoice(contract(promos=promos))
    assert nets(document) == ["0.00", "0.00"]
    assert document["total_gross"] == "0.00"


def test_indexation_chains_on_rounded_prices():
    steps = [
        {"effective_on": day, "factor": "1.0285", "applies_to": ["SUB", "TRM_CALL"]}
        for day in ("2026-11-01", "2026-10-01", "2026-12-01")
    ]
    document = invoice(contract(indexations=steps, calls=calls(1000)))
    assert nets(document, "SUB") == ["56.38"]  # 53.30 -> 54.82 -> 56.38
    assert document["lines"][1]["unit_price"] == "0.0423"  # 0.0400 -> 0.0411 -> 0.0423
    assert nets(document, "TRM_CALL") == ["42.30"]


def test_consultancy_is_counted_in_half_days_and_billed_when_done():
    one_offs = [
        {
            "code": "CONSULT_DAY",
            "quantity": "1.5",
            "ordered_on": "2026-10-05",
            "completed_on": "2026-11-20",
        },
        {
            "code": "PROG_LARGE",
            "quantity": "1",
            "ordered_on": "2026-10-05",
            "completed_on": "2026-12-01",
        },
    ]
    document = invoice(contract(one_offs=one_offs))
    assert nets(document, "CONSULT_DAY") == ["1425.00"]
    assert nets(document, "PROG_LARGE") == []


def test_same_call_twice_counts_once_and_a_conflict_never():
    identity = {"source": "sw1", "call_id": "q1", "outcome": "rerouted"}
    twice = [
        {**identity, "start": "2026-11-04T10:00:00Z"},
        {**identity, "start": "2026-11-04T11:00:00+01:00"},
    ]
    other = {**identity, "start": "2026-11-05T10:00:00Z"}

    assert nets(invoice(contract(calls=twice)), "TRM_CALL") == ["0.04"]
    assert nets(invoice(contract(calls=[*twice, other])), "TRM_CALL") == []


@pytest.mark.parametrize(
    ("start", "counts"),
    [
        pytest.param("2026-10-31T22:59:59Z", 0, id="last second of October"),
        pytest.param("2026-10-31T23:00:00Z", 1, id="first second of November"),
        pytest.param("2026-11-30T22:59:59Z", 1, id="last second of November"),
        pytest.param("2026-11-30T23:00:00Z", 0, id="first second of December"),
    ],
)
def test_a_call_belongs_to_its_brussels_day(start, counts):
    assert len(nets(invoice(contract(calls=calls(1, start))), "TRM_CALL")) == counts


@pytest.mark.parametrize(
    ("treatment", "rate", "tax"),
    [
        ("S", "21", "14.34"),
        ("AE", "0", "0.00"),
        ("E", "0", "0.00"),
        ("O", None, "0.00"),
    ],
)
def test_vat(treatment, rate, tax):
    document = invoice(customer={"country": "BE", "vat_treatment": treatment})
    assert document["vat"] == [
        {"category": treatment, "rate": rate, "taxable": "68.30", "tax": tax}
    ]


def test_nothing_to_bill_is_no_document():
    assert invoice(contract(last_day="2026-10-31")) == {"document": None}
    assert invoice(contract(activated_on=None)) == {"document": None}


def test_a_quotation_takes_the_place_of_the_list():
    document = invoice(contract(channels=30, quoted_subscription="250.00"))
    assert nets(document, "SUB") == ["250.00"]


def test_handled_charges_direct_calls_too():
    prices = copy.deepcopy(PRICE_LIST)
    prices["trm"]["charge_basis"] = "handled"
    both = calls(10) + calls(10, outcome="direct") + calls(9, outcome="test")
    document = invoice(contract(calls=both), price_lists=[prices])
    assert document["lines"][1]["quantity"] == "20"
