"""Where calls go now is what calls do, told of a caller like any other."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings

from numbers.destinations.allowed import refusal
from routing import decisions, engine
from routing.decisions.where_now import ORDINARY, told, where_now
from routing.engine.compile import plan_at
from routing.models import Override, Redirection, ScreeningRule
from routing.plan.display_names import SLUGS
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring
from tests.support.circles import put_live
from tests.support.left_out import forward
from tests.support.random_worlds import worlds

NOW = dt.datetime(2026, 6, 1, 12, 34, 56, tzinfo=dt.UTC)
CAUSES = ("busy", "no_answer", "unreachable")
DIVERSIONS = ("override", "cfu")
RESERVE = {"cfb", "cfnr", "cfnrc"}


def decided(world):
    """State and destination, from nothing but what calls do."""
    plan = plan_at(world, NOW, refusal)
    # Where another number sends calls on is told on its own page.
    reached = dict.fromkeys(world["numbers"], "answered")

    def call(**outcomes):
        return engine.run(plan, {"caller": ORDINARY}, NOW, {**reached, **outcomes})

    walk = call()
    if walk.ending == "suspended":
        return "suspended", None
    first = walk.steps[0]
    if first["node"] == "emergency":
        return "emergency", first["destination"]
    if [reason.rule for reason in walk.trace][:1] == ["emergency"]:  # one of steps
        return "emergency", walk.destination
    if first["node"] in DIVERSIONS:
        return "diverted", first["destination"]
    if first["node"] != "line":
        return "plan", walk.destination
    redirected = (call(line=cause).steps[1]["node"] for cause in CAUSES)
    return "normal" if RESERVE.isdisjoint(redirected) else "continuity", "line"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_where_calls_go_now_is_what_calls_do(world):
    found = told(decisions.rules(world), lambda: world, NOW, SLUGS)
    assert (found.state, found.destination) == decided(world)


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_what_needs_no_compiling_is_decided_the_same(world):
    own = {**world, **world["number"]}
    plain = engine.plain_rules(own)
    if plain is not None:
        rules, second = decisions.rules(world), NOW.timestamp()
        assert engine.in_charge(plain, second) == engine.in_charge(rules, second)
        assert engine.standing(plain, second) == engine.standing(rules, second)


@pytest.mark.parametrize("prefix", ["", "+32475", "+33"])
def test_callers_who_are_refused_change_nothing_of_it(number, editor, prefix):
    make_live(number, ring(MOBILE), editor)
    before = where_now(number, facts(number, MONDAY))
    ScreeningRule.objects.create(
        tenant=number.tenant, prefix=prefix, kind=ScreeningRule.Kind.BLOCK
    )
    found = where_now(number, facts(number, MONDAY))
    assert found == before
    assert found.destination == MOBILE
    assert "+32 470 11 22 33" in found.sentence


def test_a_diversion_that_goes_round_is_not_told(number, second, editor):
    put_live(second, forward(number.e164), editor)
    Override.objects.create(
        tenant=number.tenant,
        number=number,
        destination=second.e164,
        starts_at=MONDAY,
        created_by=editor.user,
    )
    found = where_now(number, facts(number, MONDAY))
    assert (found.state, found.destination) == ("normal", "line")
    assert facts(number, MONDAY).in_charge(number) == "line"


def test_a_redirection_that_goes_round_tells_its_backup(
    continuity_number, second, editor
):
    put_live(second, forward(continuity_number.e164), editor)
    cfu = Redirection.objects.create(
        tenant=second.tenant,
        number=continuity_number,
        kind="cfu",
        destination=second.e164,
        backup=MOBILE,
        is_on=True,
        starts_at=MONDAY,
    )
    customer = facts(continuity_number, MONDAY)
    found = where_now(continuity_number, customer)
    assert (found.state, found.destination) == ("diverted", MOBILE)
    cfu.backup = ""
    cfu.save()
    found = where_now(continuity_number, facts(continuity_number, MONDAY))
    assert (found.state, found.destination) == ("normal", "line")


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
    assert where_now(number, facts(number, MONDAY)).destination == MOBILE
