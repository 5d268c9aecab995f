"""A loop that came about all the same is cut, told, and keeps nobody from acting."""

import pytest
from django.urls import reverse
from django.utils import timezone

from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import where_now
from routing.models import CompiledPlan
from routing.services import forwarding, plans
from routing.services.compiling import compile_customer
from tenants.models import AuditEvent
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring
from tests.support.circles import (
    chain,
    codes,
    coming,
    divert,
    first_step,
    ported,
    put_live,
)
from tests.support.left_out import LATER, NEXT_DAY, forward

__all__ = ["coming", "ported"]


def test_a_loop_from_before_is_left_out_and_told_when_the_number_begins(
    number, coming, editor
):
    put_live(number, forward(coming.e164), editor)
    put_live(coming, forward(number.e164), editor)
    compile_customer(number.tenant, now=MONDAY)
    assert CompiledPlan.objects.get(number=number).left_out == {}

    compile_customer(number.tenant, now=NEXT_DAY)
    for one, other in ((number, coming), (coming, number)):
        plan = CompiledPlan.objects.get(number=one)
        assert plan.left_out == {other.e164: "loop_across_numbers"}
        assert first_step(one, NEXT_DAY) == (["line"], None)
        assert where_now(one, facts(one, NEXT_DAY)).destination == "line"
        found = simulate_number(one, facts(one, NEXT_DAY), caller="+32475000000")
        assert found["destination"] == "line"
    events = AuditEvent.objects.filter(action="destination.left_out")
    assert events.count() == 2
    # Whoever sends to one of them from outside the loop still reaches its line.
    divert(number, editor, now=NEXT_DAY)
    assert first_step(number, NEXT_DAY) == ([MOBILE], None)
    # Away from the loop: nothing goes round any more when one of the two is mended.
    forwarding.end_divert(number=number, member=editor, now=NEXT_DAY)
    make_live(coming, ring(MOBILE), editor, now=NEXT_DAY)
    assert CompiledPlan.objects.get(number=number).left_out == {}
    assert first_step(number, NEXT_DAY) == ([MOBILE], None)


def test_a_number_before_a_loop_rings_what_the_loop_rings(
    number, second, coming, editor
):
    put_live(number, forward(coming.e164), editor)
    put_live(coming, forward(number.e164), editor)
    put_live(second, forward(number.e164), editor)
    compile_customer(number.tenant, now=NEXT_DAY)
    assert CompiledPlan.objects.get(number=second).left_out == {}
    found = simulate_number(second, facts(second, NEXT_DAY), caller="+32475000000")
    assert [step["destination"] for step in found["steps"]] == [number.e164, "line"]


def test_a_chain_too_long_is_cut_once_when_it_becomes_one(
    contract, site, make_number, editor, acme
):
    made = chain(
        contract, site, make_number, editor, last_begins=NEXT_DAY.date(), length=15
    )
    put_live(made[0], forward(made[1].e164), editor)
    compile_customer(acme, now=NEXT_DAY)
    told = {
        plan.number.e164: plan.left_out
        for plan in CompiledPlan.objects.exclude(left_out={})
    }
    assert told == {made[2].e164: {made[3].e164: "too_many_hops"}}
    for one in made:
        assert first_step(one, NEXT_DAY)[1] is None


def test_the_page_says_what_is_left_out_of_a_loop(number, second, editor, client):
    put_live(number, forward(second.e164), editor)
    put_live(second, forward(number.e164), editor)
    compile_customer(number.tenant, now=timezone.now())
    client.force_login(editor.user)
    page = client.get(reverse("routing:number_detail", args=[number.pk])).text
    assert "+32 2 550 12 01 sends its calls back" in page


def test_a_loop_through_the_safety_destination_keeps_nobody_from_acting(
    number, second, ported, continuity_number, editor
):
    for one in (number, second, continuity_number):
        divert(one, editor)
        make_live(one, ring(MOBILE), editor, now=LATER)
    forwarding.set_redirection(
        number=continuity_number,
        kind="cfu",
        destination=MOBILE,
        member=editor,
        now=LATER,
    )
    # The call that nobody takes ends: the safety destination is tried once.
    found = simulate_number(
        number,
        facts(number, LATER),
        caller=None,
        outcomes={MOBILE: "busy", "line": "busy"},
    )
    assert "problems" not in found


def test_the_safety_destination_itself_is_not_published_into_a_loop(
    second, ported, editor
):
    with pytest.raises(plans.PlanHasProblems) as refused:
        make_live(ported, ring(second.e164), editor, now=LATER)
    assert codes(refused) == {"loop_across_numbers"}
    with pytest.raises(forwarding.DivertRefused):
        divert(ported, editor, second.e164)
    make_live(ported, ring(MOBILE), editor, now=LATER)
    divert(ported, editor)


def test_a_number_in_a_loop_is_diverted_away_from_it(number, second, editor):
    put_live(number, forward(second.e164), editor)
    put_live(second, forward(number.e164), editor)
    divert(number, editor)
    with pytest.raises(forwarding.DivertRefused):
        divert(second, editor, number.e164)
    with pytest.raises(plans.PlanHasProblems):
        make_live(number, ring(second.e164), editor)


def test_a_loop_of_others_keeps_no_number_from_sending_to_it(
    number, second, coming, continuity_number, editor
):
    put_live(second, forward(coming.e164), editor)
    put_live(coming, forward(second.e164), editor)
    make_live(number, ring(second.e164), editor, now=NEXT_DAY)
    divert(number, editor, coming.e164, now=NEXT_DAY)
    forwarding.set_redirection(
        number=continuity_number,
        kind="cfu",
        destination=second.e164,
        member=editor,
        now=NEXT_DAY,
    )
    assert CompiledPlan.objects.get(number=number).left_out == {}
    found = simulate_number(number, facts(number, NEXT_DAY), caller="+32475000000")
    assert [step["destination"] for step in found["steps"]] == [coming.e164, "line"]
    draft = ring(second.e164)
    found = simulate_number(
        number, facts(number, NEXT_DAY), caller=None, document=draft
    )
    assert "problems" not in found
    # The control: who is on it closes it again.
    with pytest.raises(forwarding.DivertRefused) as refused:
        divert(second, editor, coming.e164, now=NEXT_DAY)
    assert codes(refused) == {"loop_across_numbers"}


def test_a_chain_of_others_that_is_cut_keeps_no_number_from_sending_to_it(
    number, contract, site, make_number, editor
):
    made = chain(
        contract, site, make_number, editor, last_begins=NEXT_DAY.date(), length=16
    )
    make_live(number, forward(made[1].e164), editor, now=NEXT_DAY)
    assert CompiledPlan.objects.get(number=number).left_out == {}
    # The control: before the one that is cut, it is the one too many itself.
    with pytest.raises(plans.PlanHasProblems) as refused:
        make_live(number, forward(made[4].e164), editor, now=NEXT_DAY)
    assert codes(refused) == {"too_many_hops"}
