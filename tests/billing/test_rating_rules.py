"""The rules of rating one by one, each figure worked out by hand beside it."""

import copy

import pytest

from billing.rating.errors import BadInput
from tests.billing.rating_samples import (
    NEWER,
    PRICE_LIST,
    amounts,
    bands,
    calls,
    contract,
    one_off,
    only,
    option,
    priced,
    priced_at,
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"last_day": "2026-11-10"}, ["17.77", "5.00"], id="leaves"),
        pytest.param({"activated_on": "2026-11-30"}, ["1.78", "0.50"], id="last day"),
        pytest.param({"last_day": "2026-11-01"}, ["1.78", "0.50"], id="first day"),
        pytest.param(
            {"activated_on": "2026-11-11", "last_day": "2026-11-20"},
            ["17.77", "5.00"],
            id="comes and leaves",
        ),
        pytest.param({"numbers": []}, ["15.00"], id="no numbers: the minimum only"),
        pytest.param(
            {
                "numbers": [
                    {"from": "2026-11-11", "count": 5},
                    {"from": "2026-11-21", "count": 0},
                ]
            },
            ["17.77", "15.00"],
            id="numbers for ten days",
        ),
    ],
)
def test_days_in_service(changes, expected):
    assert [net for _, net in amounts(priced(contract(**changes)))] == expected


@pytest.mark.parametrize(
    ("tariff", "count", "expected"),
    [
        # 13 x 2.0005 = 26.0065; 10 x 3.3335 + 3 x 2.0005 = 39.3365
        (bands("volume", (10, "3.3335"), (None, "2.0005")), 13, "26.01"),
        (bands("graduated", (10, "3.3335"), (None, "2.0005")), 13, "39.34"),
        (bands("graduated", (10, "3.3335"), (None, "2.0005")), 10, "33.34"),
        (bands("flat_band", (20, "53.30"), (None, "99.00")), 21, "99.00"),
    ],
)
def test_bands_are_rounded_once(tariff, count, expected):
    numbers = [{"from": "2026-10-01", "count": count}]
    document = priced(
        contract(numbers=numbers), price_lists=priced_at(subscription=tariff)
    )
    assert only("SUB", document)[0]["net"] == expected


def test_a_promotion_of_equal_percentage_does_not_split():
    promos = [
        {"code": "SUB", "percent": "50", "from": "2026-11-01", "to": "2026-11-15"},
        {"code": "SUB", "percent": "50.0", "from": "2026-11-16", "to": "2026-11-30"},
    ]
    (line,) = only("SUB", priced(contract(promos=promos)))
    assert (line["unit"], line["allowance"], line["net"]) == ("MON", "26.65", "26.65")


def test_two_blocks_are_one_line_at_the_price_of_both():
    entry = option(quantity="2", **{"from": "2026-11-21", "to": "2026-11-25"})
    (line,) = only("REC_500MB", priced(contract(options=[entry])))
    assert (line["quantity"], line["unit"], line["unit_price"]) == ("5", "DAY", "46.00")
    assert (line["base_quantity"], line["net"]) == ("30", "7.67")


@pytest.mark.parametrize(("messages", "net"), [(1, "4.00"), (10, "4.00"), (11, "8.00")])
def test_messages_come_in_packs_of_ten(messages, net):
    entry = option("MSG_10", messages=messages)
    assert only("MSG_10", priced(contract(options=[entry])))[0]["net"] == net


def test_a_promotion_splits_an_option_and_is_rounded_by_run():
    # 23.00 x 5/30, x 10/30 less 33.33 % of 7.67, x 10/30
    promo = {
        "code": "REC_500MB",
        "percent": "33.33",
        "from": "2026-11-11",
        "to": "2026-11-20",
    }
    entry = option(**{"from": "2026-11-06"})
    lines = only("REC_500MB", priced(contract(options=[entry], promos=[promo])))
    assert [(line["allowance"], line["net"]) for line in lines] == [
        ("0.00", "3.83"),
        ("2.56", "5.11"),
        ("0.00", "7.67"),
    ]


def test_an_option_with_bands():
    lists = priced_at(options={"STAT_X": bands("graduated", (10, "2.00"), (None, "1"))})
    entry = option("STAT_X", quantity="30", **{"from": "2026-11-16"})
    (line,) = only("STAT_X", priced(contract(options=[entry]), price_lists=lists))
    assert (line["unit_price"], line["net"]) == ("40.00", "20.00")


@pytest.mark.parametrize(
    ("tariff", "quantity", "unit_price", "net"),
    [
        ("0.0355", "3000", "0.0355", "106.50"),
        (bands("volume", (1000, "0.04"), (None, "0.0355")), "3000", "0.0355", "106.50"),
        (bands("graduated", (1000, "0.04"), (None, "0.0355")), "1", "111.00", "111.00"),
        (bands("flat_band", (1000, "40"), (None, "99")), "1", "99.00", "99.00"),
    ],
)
def test_calls_take_the_same_bands(tariff, quantity, unit_price, net):
    lists = priced_at(trm={"per_call": tariff})
    document = priced(contract(calls=calls(3000)), price_lists=lists)
    (line,) = only("TRM_CALL", document)
    shown = (line["quantity"], line["unit_price"], line["net"])
    assert shown == (quantity, unit_price, net)


def test_a_minimum_that_is_not_prorated_is_whole_for_one_day():
    lists = priced_at(trm={"minimum_prorated": False})
    document = priced(contract(activated_on="2026-11-30"), price_lists=lists)
    assert only("TRM_MIN", document)[0]["net"] == "15.00"


@pytest.mark.parametrize(
    ("last_day", "net"),
    [(None, "7.50"), ("2026-11-30", "7.50"), ("2026-11-29", "14.50")],
)
def test_a_promotion_of_the_minimum_must_touch_the_active_days(last_day, net):
    promo = {"code": "TRM_MIN", "percent": "50", "from": "2026-11-30"}
    document = priced(contract(last_day=last_day, promos=[promo]))
    assert only("TRM_MIN", document)[0]["net"] == net


@pytest.mark.parametrize(
    ("to", "net"), [("2026-11-02", "25.00"), ("2026-11-01", "50.00")]
)
def test_a_promotion_of_a_one_off_goes_by_its_order(to, net):
    promo = {"code": "PROG_SMALL", "percent": "50", "from": "2026-10-01", "to": to}
    document = priced(contract(promos=[promo], one_offs=[one_off()]))
    assert only("PROG_SMALL", document)[0]["net"] == net


@pytest.mark.parametrize(
    ("ordered_on", "net"), [("2026-10-01", "50.00"), ("2026-10-02", "60.00")]
)
def test_a_one_off_takes_the_list_of_its_order(ordered_on, net):
    work = one_off(ordered_on=ordered_on)
    lists = [NEWER, copy.deepcopy(PRICE_LIST)]
    document = priced(contract(one_offs=[work]), price_lists=lists)
    assert only("PROG_SMALL", document)[0]["net"] == net


def test_installation_takes_the_list_of_the_subscription_unless_told():
    newer = copy.deepcopy(NEWER)
    newer["one_off"]["INSTALL"] = "130.00"
    lists = [newer, copy.deepcopy(PRICE_LIST)]
    work = {"code": "INSTALL", "completed_on": "2026-11-02"}
    for extra, net in [({}, "120.00"), ({"ordered_on": "2026-10-02"}, "130.00")]:
        document = priced(contract(one_offs=[work | extra]), price_lists=lists)
        assert only("INSTALL", document)[0]["net"] == net


def test_work_is_billed_after_the_contract_has_ended():
    document = priced(contract(last_day="2026-10-05", one_offs=[one_off()]))
    assert amounts(document) == [("PROG_SMALL", "50.00")]


def test_the_order_of_lines():
    document = priced(
        contract(
            one_offs=[one_off(), {"code": "INSTALL", "completed_on": "2026-11-01"}],
            options=[option("MSG_10", **{"from": "2026-11-20"}), option()],
            calls=calls(10),
            late=[{"period": "2026-10", "calls_billed": 370, "calls_late": 30}],
        ),
        contract(id="C2", last_day="2026-10-05", one_offs=[one_off()]),
    )
    assert [(line["contract"], line["code"]) for line in document["lines"]] == [
        ("C1", "SUB"),
        ("C1", "REC_500MB"),
        ("C1", "MSG_10"),
        ("C1", "TRM_CALL"),
        ("C1", "TRM_MIN"),
        ("C1", "TRM_LATE"),
        ("C1", "PROG_SMALL"),
        ("C1", "INSTALL"),
        ("C2", "PROG_SMALL"),
    ]


@pytest.mark.parametrize("factors", [["1.0105", "1.1"], ["1.1", "1.0105"]])
def test_two_indexations_of_one_day_do_not_depend_on_their_order(factors):
    steps = [
        {"effective_on": "2026-11-01", "factor": factor, "applies_to": ["TRM_CALL"]}
        for factor in factors
    ]
    lists = priced_at(trm={"per_call": "0.0399"})
    document = priced(contract(calls=calls(1), indexations=steps), price_lists=lists)
    # 0.0399 x 1.0105 = 0.0403, x 1.1 = 0.0443; the other way round 0.0444
    assert only("TRM_CALL", document)[0]["unit_price"] == "0.0443"


HUGE = "999999999999"


@pytest.mark.parametrize(
    "changes",
    [
        {"one_offs": [one_off(quantity=HUGE, quoted_price=f"{HUGE}.99")]},
        {"one_offs": [one_off(quantity="1", quoted_price="10000000000")]},
        {"one_offs": [one_off(quantity="20000", quoted_price="50000000")]},
        {
            "indexations": [
                {"effective_on": f"{year}-01-01", "factor": HUGE, "applies_to": ["SUB"]}
                for year in (2023, 2024, 2025)
            ]
        },
        {"quoted_subscription": HUGE},
    ],
)
def test_amounts_that_no_document_can_hold_are_refused(changes):
    """They would end the close of everybody who is billed with them."""
    with pytest.raises(BadInput, match="larger than a document can hold"):
        priced(contract(**changes))


def test_the_largest_amounts_fit():
    """The control of the test above."""
    work = one_off(quantity="10000", quoted_price="50000000")
    assert priced(contract(one_offs=[work]))["total_gross"] == "605000000082.64"


def test_a_whole_number_beyond_all_bounds_is_refused():
    with pytest.raises(BadInput, match="A number of zero or more"):
        priced(contract(one_offs=[one_off(quantity=10**5000)]))
