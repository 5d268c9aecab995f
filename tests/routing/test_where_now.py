"""Where calls go now is told of a caller like any other."""

import pytest

from routing.decisions.where_now import where_now
from routing.models import ScreeningRule
from tests.routing.conftest import MOBILE, MONDAY, make_live, ring


@pytest.mark.parametrize("prefix", ["", "+32475", "+33"])
def test_callers_who_are_refused_change_nothing_of_it(number, editor, prefix):
    make_live(number, ring(MOBILE), editor)
    before = where_now(number, MONDAY)
    ScreeningRule.objects.create(
        tenant=number.tenant, prefix=prefix, kind=ScreeningRule.Kind.BLOCK
    )
    found = where_now(number, MONDAY)
    assert found == before
    assert found.destination == MOBILE
    assert "+32 470 11 22 33" in found.sentence


def test_who_withholds_the_number_goes_a_way_of_their_own(number, editor):
    document = ring(MOBILE)
    document["nodes"]["from"] = {
        "type": "origin",
        "rules": [{"prefixes": ["+33"], "exit": "abroad"}],
        "exits": {"other": "r1", "abroad": "end", "withheld": "end"},
    }
    document["nodes"]["end"] = {"type": "hangup", "cause": "rejected"}
    document["entry"] = "from"
    make_live(number, document, editor)
    assert where_now(number, MONDAY).destination == MOBILE
