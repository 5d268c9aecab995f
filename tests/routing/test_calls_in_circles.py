"""Calls that would go round between a customer's numbers: now, and from a later day."""

import datetime as dt
from contextlib import nullcontext

import pytest
from django.utils import timezone

from numbers.services.inventory import release_number, suspend_number
from routing import tasks
from routing.decisions.where_now import where_now
from routing.models import CompiledPlan
from routing.services import forwarding, plans
from routing.services.compiling import compile_customer
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring
from tests.support.circles import chain, codes, coming, divert, first_step, put_live
from tests.support.left_out import LATER, NEXT_DAY, forward
from vms_portal.kernel.local_time import midnight

__all__ = ["coming"]
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("first", ["coming", "number"])
def test_a_loop_with_a_number_that_begins_later_is_not_published(
    number, coming, editor, first
):
    one, other = (coming, number) if first == "coming" else (number, coming)
    make_live(one, forward(other.e164), editor)
    with pytest.raises(plans.PlanHasProblems) as refused:
        make_live(other, forward(one.e164), editor)
    assert codes(refused) == {"loop_across_numbers"}


def test_a_loop_of_two_numbers_that_both_begin_later_is_not_published(
    coming, contract, site, make_number, editor
):
    also = make_number(
        contract, site, "+3225501256", activated_on=(NEXT_DAY + DAY).date()
    )
    make_live(coming, forward(also.e164), editor)
    with pytest.raises(plans.PlanHasProblems) as refused:
        make_live(also, forward(coming.e164), editor)
    assert codes(refused) == {"loop_across_numbers"}


def test_a_number_that_ends_before_the_other_begins_makes_no_loop(
    number, coming, editor, staff
):
    """The control: they are never in service together."""
    make_live(coming, forward(number.e164), editor)
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    make_live(number, forward(coming.e164), editor)


def test_a_number_that_ends_before_the_first_day_makes_no_loop_from_there(
    number, coming, editor, staff
):
    make_live(number, forward(coming.e164), editor)
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    make_live(coming, forward(number.e164), editor)


@pytest.mark.parametrize("end", ["over", "other option", "in force"])
def test_a_redirection_that_serves_no_call_makes_no_loop(
    number, continuity_number, editor, end
):
    """Over, or of a number that has another option by now; the control in force."""
    forwarding.set_redirection(
        number=continuity_number,
        kind="cfu",
        destination=number.e164,
        until=MONDAY + DAY / 24 if end == "over" else None,
        member=editor,
        now=MONDAY,
    )
    if end == "other option":
        continuity_number.option_periods.update(option="DRS")
    refused = (
        pytest.raises(plans.PlanHasProblems) if end == "in force" else nullcontext()
    )
    with refused:
        make_live(number, forward(continuity_number.e164), editor, now=LATER + DAY / 8)


def test_a_diversion_over_at_midnight_leaves_nothing_out_then(
    number, contract, site, make_number, editor
):
    first_day = NEXT_DAY.date()
    later = make_number(contract, site, "+3225501277", activated_on=first_day)
    make_live(later, forward(number.e164), editor)
    forwarding.divert(
        numbers=[number],
        destination=later.e164,
        until=midnight(first_day),
        member=editor,
        now=MONDAY,
    )
    compile_customer(number.tenant, now=midnight(first_day) + DAY / 4000)
    assert CompiledPlan.objects.get(number=later).left_out == {}


@pytest.mark.parametrize("until", [MONDAY + DAY / 8, None])
def test_a_diversion_that_is_over_by_then_makes_no_loop(
    number, contract, site, make_number, editor, until
):
    """The control: one until somebody stops it."""
    begins = MONDAY + 10 * DAY
    later = make_number(contract, site, "+3225501277", activated_on=begins.date())
    make_live(later, forward(number.e164), editor)
    refused = nullcontext() if until else pytest.raises(forwarding.DivertRefused)
    with refused:
        forwarding.divert(
            numbers=[number],
            destination=later.e164,
            until=until,
            member=editor,
            now=MONDAY,
        )


def test_a_diversion_to_a_number_that_will_send_back_is_refused(
    number, coming, editor, continuity_number
):
    make_live(coming, forward(number.e164), editor)
    with pytest.raises(forwarding.DivertRefused) as refused:
        divert(number, editor, coming.e164)
    assert codes(refused) == {"loop_across_numbers"}
    make_live(coming, forward(continuity_number.e164), editor)
    with pytest.raises(forwarding.DivertRefused):
        forwarding.set_redirection(
            number=continuity_number,
            kind="cfb",
            destination=coming.e164,
            member=editor,
            now=MONDAY,
        )
    divert(number, editor, coming.e164)


def test_a_chain_too_long_from_a_later_day_on_is_refused(
    contract, site, make_number, editor
):
    made = chain(contract, site, make_number, editor, last_begins=NEXT_DAY.date())
    with pytest.raises(plans.PlanHasProblems) as refused:
        make_live(made[0], forward(made[1].e164), editor)
    assert codes(refused) == {"too_many_hops"}
    make_live(made[0], forward(made[2].e164), editor)


def test_where_calls_go_leaves_a_suspended_number_out(number, second, editor, staff):
    document = ring(second.e164)
    document["nodes"]["r1"]["targets"].append({"destination": MOBILE, "ring_s": 20})
    make_live(number, document, editor)
    suspend_number(number=second, actor=staff, now=MONDAY)
    compile_customer(number.tenant, now=LATER)
    found = where_now(number, facts(number, LATER))
    assert (found.state, found.destination) == ("plan", MOBILE)
    assert "12 01" not in found.sentence
    put_live(number, forward(second.e164), editor)
    assert where_now(number, facts(number, LATER)).destination == "line"


def test_where_calls_go_names_the_other_number_not_what_it_does(number, second, editor):
    """The control: one in service is named as it stands in the plan."""
    make_live(second, ring(MOBILE), editor)
    make_live(number, ring(second.e164), editor)
    assert where_now(number, facts(number, LATER)).destination == second.e164


def test_a_number_given_back_into_service_closes_no_loop(
    number, second, editor, staff, link
):
    make_live(second, forward(number.e164), editor)
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    make_live(number, ring(MOBILE), editor, now=NEXT_DAY)
    divert(number, editor, second.e164, now=NEXT_DAY)
    second.released_on = None
    second.save()
    tasks.compile_plans(number.tenant_id)
    for one in (number, second):
        assert first_step(one, timezone.now())[1] is None
    assert CompiledPlan.objects.get(number=second).left_out == {
        number.e164: "loop_across_numbers"
    }
