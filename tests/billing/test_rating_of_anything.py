"""Rating adds up whatever it is given, and says where it cannot."""

import copy
import datetime as dt
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rating.errors import BadInput, NoPriceList, QuoteRequired
from billing.rating.parse import parse_month
from billing.rating.price import price_invoice
from tests.billing.rating_samples import calls, contract, month
from tests.support.rating import invoice


@pytest.mark.parametrize(
    ("changes", "error", "path"),
    [
        ({"channels": 17}, QuoteRequired, "/input/contracts/0/channels"),
        (
            {"numbers": [{"from": "2026-10-01", "count": 21}]},
            QuoteRequired,
            "/input/contracts/0/numbers",
        ),
        (
            {
                "one_offs": [
                    {
                        "code": "PROG_COMPLEX",
                        "ordered_on": "2026-11-02",
                        "completed_on": "2026-11-12",
                    }
                ]
            },
            QuoteRequired,
            "/input/contracts/0/one_offs/0",
        ),
        ({"subscribed_on": "2024-12-31"}, NoPriceList, "/input/contracts/0"),
        (
            {"promos": [{"code": "TRM_CALL", "percent": "5", "from": "2026-11-01"}]},
            BadInput,
            "/input/contracts/0/promos/0/code",
        ),
        (
            {"quoted_subscription": 53.3},
            BadInput,
            "/input/contracts/0/quoted_subscription",
        ),
        (
            {
                "one_offs": [
                    {
                        "code": "CONSULT_DAY",
                        "quantity": "0.25",
                        "ordered_on": "2026-11-02",
                    }
                ]
            },
            BadInput,
            "/input/contracts/0/one_offs/0/quantity",
        ),
        (
            {"one_offs": [{"code": "INSTALL"}, {"code": "INSTALL"}]},
            BadInput,
            "/input/contracts/0/one_offs/1",
        ),
        (
            {
                "indexations": [
                    {"effective_on": "2027-01-02", "factor": "1", "applies_to": []}
                ]
            },
            BadInput,
            "/input/contracts/0/indexations/0/effective_on",
        ),
        (
            {"calls": calls(1, outcome="answered")},
            BadInput,
            "/input/contracts/0/calls/0/outcome",
        ),
        (
            {"calls": calls(1, "2026-11-04T10:00:00")},
            BadInput,
            "/input/contracts/0/calls/0/start",
        ),
    ],
)
def test_what_cannot_be_priced_says_where(changes, error, path):
    with pytest.raises(error) as caught:
        invoice(contract(**changes))
    assert caught.value.path == path


ENTRIES = st.fixed_dictionaries(
    {
        "activated_on": st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)).map(str),
        "numbers": st.lists(
            st.tuples(st.integers(1, 28), st.integers(0, 20)),
            max_size=4,
            unique_by=lambda pair: pair[0],
        ),
        "calls": st.lists(
            st.tuples(st.integers(1, 30), st.integers(0, 500)), max_size=6
        ),
        "promos": st.lists(
            st.tuples(st.integers(0, 100), st.integers(1, 30)), max_size=3
        ),
    }
)


def generated(entry) -> dict:
    return contract(
        activated_on=entry["activated_on"],
        numbers=[{"from": f"2026-11-{d:02}", "count": n} for d, n in entry["numbers"]],
        calls=[
            {"bulk": n, "start": f"2026-11-{d:02}T10:00:00Z", "outcome": "rerouted"}
            for d, n in entry["calls"]
        ],
        promos=[
            {"code": "SUB", "percent": str(p), "from": f"2026-11-{d:02}"}
            for p, d in entry["promos"]
        ],
    )


@given(ENTRIES)
def test_the_lines_add_up_and_their_runs_cover_each_day_once(entry):
    document = price_invoice(parse_month(month(generated(entry))))
    if document is None:
        return
    assert document.total_net == sum(line.net for line in document.lines)
    days = [
        (line.start.toordinal() + n)
        for line in document.lines
        if line.code == "SUB" and line.start and line.end
        for n in range((line.end - line.start).days + 1)
    ]
    assert len(days) == len(set(days))


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_entries_changes_no_amount(entry, chance: random.Random):
    straight = generated(entry)
    shuffled = copy.deepcopy(straight)
    for name in ("numbers", "calls", "promos"):
        chance.shuffle(shuffled[name])
    assert invoice(shuffled) == invoice(straight)


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_more_calls_never_cost_less(few, more):
    low, high = sorted((few, more))
    totals = [
        Decimal(invoice(contract(calls=calls(count)))["total_net"])
        for count in (low, high)
    ]
    assert totals == sorted(totals)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*month(), *contract(), "code", "quantity", "from"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_arbitrary_json_is_refused_politely(data):
    with pytest.raises(BadInput):
        parse_month(data)
