"""Calls that would go round between a customer's numbers: now, and from a later day."""

import datetime as dt
from contextlib import nullcontext

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.models import Line, NumberAccess, Site
from numbers.services.inventory import release_number, suspend_number
from routing import tasks
from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import where_now
from routing.engine import Facts, resolve
from routing.models import CompiledPlan, KnownDestination, Override, PlanVersion
from routing.services import every_number, forwarding, plans
from routing.services.compiling import compile_customer
from tenants.models import AuditEvent, Member
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring
from tests.support.left_out import LATER, NEXT_DAY, forward
from vms_portal.kernel.local_time import midnight

DAY = dt.timedelta(days=1)
SAFETY = "+3225501266"


@pytest.fixture
def coming(contract, site, make_number):
    """A number in service from the next day on."""
    return make_number(contract, site, "+3225501255", activated_on=NEXT_DAY.date())


def put_live(number, document, editor):
    """Make a plan live without asking anything, as another release may have."""
    mine = PlanVersion.objects.filter(number=number)
    mine.filter(state="live").update(state="retired", retired_at=MONDAY)
    return PlanVersion.objects.create(
        tenant=number.tenant,
        number=number,
        sequence=mine.count() + 1,
        document=document,
        state=PlanVersion.State.LIVE,
        created_by=editor.user,
        changed_by=editor.user,
        published_by=editor.user,
        published_at=MONDAY,
    )


def first_step(number, at):
    """Return what the network does first with a call, and how it ended if it did."""
    body = CompiledPlan.objects.get(number=number).body
    walk = resolve(body, Facts("+32475000000"), at.timestamp())
    return walk.step and [target[0] for target in walk.step.targets], walk.result


def codes(refused):
    return {problem.code for problem in refused.value.problems}


def divert(number, editor, destination=MOBILE, now=LATER):
    forwarding.divert(
        numbers=[number], destination=destination, until=None, member=editor, now=now
    )


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


def chain(contract, site, make_number, editor, *, last_begins, length=13):
    """Numbers that each send to the next one; the last one begins later."""
    made = [
        make_number(contract, site, f"+32255013{n:02d}", activated_on=MONDAY.date())
        for n in range(length - 1)
    ]
    made.append(make_number(contract, site, "+3225501399", activated_on=last_begins))
    for one, to in zip(made[1:], [*(n.e164 for n in made[2:]), MOBILE], strict=True):
        put_live(one, forward(to), editor)
    return made


def test_a_chain_too_long_from_a_later_day_on_is_refused(
    contract, site, make_number, editor
):
    made = chain(contract, site, make_number, editor, last_begins=NEXT_DAY.date())
    with pytest.raises(plans.PlanHasProblems) as refused:
        make_live(made[0], forward(made[1].e164), editor)
    assert codes(refused) == {"too_many_hops"}
    make_live(made[0], forward(made[2].e164), editor)


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


@pytest.fixture
def ported(number, second, editor, acme, contract, site, make_number):
    """The safety destination as the customer's own number, which sends to another."""
    every_number.set_safety_destination(destination=SAFETY, member=editor, now=MONDAY)
    ported = make_number(contract, site, SAFETY, activated_on=MONDAY.date())
    put_live(ported, forward(second.e164), editor)
    compile_customer(acme, now=LATER)
    return ported


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


BROKEN = {
    "type": {"type": "fax", "exits": {"failed": "bye"}},
    "queue": {
        "type": "queue",
        "queue": "gone",
        "max_wait_s": 60,
        "max_length": 5,
        "exits": {"timeout": "bye"},
    },
}


def broken(kind):
    document = ring(MOBILE)
    if kind == "schema":
        return {**document, "schema": 0}
    document["nodes"]["r1"] = BROKEN[kind]
    return document


@pytest.mark.parametrize("to", [MOBILE, "+3225501201"])
@pytest.mark.parametrize("kind", ["type", "queue", "schema"])
def test_a_plan_that_broke_keeps_no_other_number_from_acting(
    number, second, editor, acme, kind, to
):
    put_live(second, broken(kind), editor)
    compile_customer(acme, now=LATER)
    make_live(number, ring(to), editor, now=LATER)
    found = simulate_number(number, facts(number, LATER), caller="+32475000000")
    assert "problems" not in found
    draft = ring(to)
    assert "problems" not in simulate_number(
        number, facts(number, LATER), caller=None, document=draft
    )
    divert(number, editor, to)
    assert first_step(number, LATER)[1] is None


def test_a_step_nobody_knows_is_not_served(number, editor):
    put_live(number, broken("type"), editor)
    compile_customer(number.tenant, now=LATER)
    assert first_step(number, LATER) == (["line"], None)
    assert where_now(number, facts(number, LATER)).state == "unserved"


def test_a_narrowed_dispatcher_acts_and_hears_of_no_hidden_number(
    number, ported, editor, acme, make_member, contract, make_number, client
):
    liege = Site.objects.create(tenant=acme, name="Secret", slug="secret")
    Line.objects.create(tenant=acme, site=liege, e164="+3242501300")
    hidden = make_number(contract, liege, "+3242501301")
    put_live(hidden, broken("type"), editor)
    member = make_member(acme, Member.Role.OPERATOR, sees_all_numbers=False)
    NumberAccess.objects.create(tenant=acme, member=member, number=number)
    KnownDestination.objects.create(
        tenant=acme, e164=MOBILE, first_used_at=MONDAY, added_by=editor.user
    )
    client.force_login(member.user)
    answer = client.post(
        reverse("routing:divert", args=[number.pk]),
        {"to": MOBILE, "other": "", "until": "1h"},
        follow=True,
    )
    assert answer.status_code == 200
    assert Override.objects.get().destination == MOBILE
    assert "42 50 13" not in answer.text.replace("\u202f", " ")


def test_a_narrowed_editor_is_told_of_a_loop_through_a_number_they_do_not_see(
    number, second, coming, editor, acme, make_member, client
):
    put_live(second, forward(coming.e164), editor)
    put_live(coming, forward(number.e164), editor)
    member = make_member(acme, Member.Role.EDITOR, sees_all_numbers=False)
    for one in (number, second):
        NumberAccess.objects.create(tenant=acme, member=member, number=one)
    draft = plans.open_draft(number=number, member=member)
    plans.save_draft(
        draft=draft,
        document=forward(second.e164),
        revision=draft.revision,
        member=member,
    )
    draft.refresh_from_db()
    client.force_login(member.user)
    answer = client.post(
        reverse("routing:publish", args=[number.pk]),
        {"draft": draft.pk, "revision": draft.revision},
    )
    assert answer.status_code == 422
    assert "creates a loop between your numbers" in answer.text
    assert "12 55" not in answer.text


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
