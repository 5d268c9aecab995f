"""One parser for the customers of a chunk: what they share is read once."""

import copy

import pytest

from billing.rating.errors import BadInput
from billing.rating.parse import MonthParser
from tests.billing.rating_samples import PRICE_LIST, month


def test_a_parser_reads_shared_lists_once_and_others_anew():
    parse = MonthParser()
    dear = copy.deepcopy(PRICE_LIST)
    dear["subscription"]["bands"][0]["price"] = "99.00"
    first, second = month(), month(price_lists=[dear])
    third = {**second, "period": "2026-12"}

    lists = [parse(request).price_lists for request in (first, second, third)]

    prices = [shared[0].subscription.bands[0].price for shared in lists]
    assert [str(price) for price in prices] == ["53.30", "99.00", "99.00"]
    assert lists[1] is lists[2]
    assert lists[0] is not lists[1]


def test_lists_that_cannot_be_read_stop_every_customer():
    parse, broken = MonthParser(), month(price_lists=[{"valid_from": "2026"}])
    for _customer in range(2):
        with pytest.raises(BadInput):
            parse(broken)
