"""A line or number that is theirs no longer is not called, offered or taken."""

import datetime as dt
from contextlib import nullcontext

import pytest

from numbers.models import Line, ServiceOption, Site
from numbers.services.inventory import release_number, suspend_number
from routing import tasks
from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import where_now
from routing.models import CompiledPlan, KnownDestination
from routing.services import every_number, forwarding, plans
from routing.services.compiling import compile_customer
from routing.services.destinations import ForbiddenDestination, new_among
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring
from tests.support.left_out import (
    LATER,
    NEXT_DAY,
    PARIS,
    ends_for_globex,
    goes_to,
    send,
    written,
)


def test_a_site_whose_line_went_or_changed_is_not_called(number, editor, acme):
    gent = Site.objects.create(tenant=acme, name="Gent", slug="gent")
    line = Line.objects.create(tenant=acme, site=gent, e164="+3292223344")
    send(number, "site:gent", editor)
    assert "+3292223344" in str(CompiledPlan.objects.get(number=number).body)
    line.e164 = PARIS
    line.save()
    compile_customer(acme, now=LATER)
    assert not written(number)
    assert goes_to(number) == "line"
    line.delete()
    compile_customer(acme, now=LATER)
    assert CompiledPlan.objects.get(number=number).left_out == {
        "site:gent": "unknown_site"
    }


def test_a_number_of_a_site_without_a_main_line_rings_its_own(number, editor, acme):
    """As staff are told who leave the site without one; plans that name it do not."""
    Line.objects.filter(site=number.site).update(is_main=False)
    compile_customer(acme, now=LATER)
    assert goes_to(number, at=LATER) == "line"
    assert where_now(number, CustomerRouting(acme, LATER)).sentence == (
        "Calls ring the number's own line."
    )
    with pytest.raises(ForbiddenDestination):
        forwarding.divert(
            numbers=[number],
            destination="site:brussels",
            until=None,
            member=editor,
            now=LATER,
        )


def test_a_suspended_number_takes_no_calls_of_others(number, second, editor, staff):
    make_live(number, ring(second.e164), editor)
    suspend_number(number=second, actor=staff, now=MONDAY)
    compile_customer(number.tenant, now=LATER)
    assert CompiledPlan.objects.get(number=number).left_out == {
        second.e164: "suspended_destination"
    }
    assert goes_to(number) is None


def test_a_number_that_ended_may_be_somebody_elses(number, second, editor, staff):
    send(number, second.e164, editor)
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    compile_customer(number.tenant, now=MONDAY)
    assert CompiledPlan.objects.get(number=number).left_out == {}
    compile_customer(number.tenant, now=NEXT_DAY)
    assert CompiledPlan.objects.get(number=number).left_out == {
        second.e164: "ended_number"
    }
    assert goes_to(number, at=NEXT_DAY) == "line"
    # Chosen again, with what a new destination asks, it is an external number.
    forwarding.divert(
        numbers=[number],
        destination=second.e164,
        until=None,
        member=editor,
        now=NEXT_DAY,
    )
    assert KnownDestination.objects.filter(e164=second.e164).exists()
    assert CompiledPlan.objects.get(number=number).left_out == {}


@pytest.fixture
def elsewhere(number, contract, acme, make_number):
    """A number of another site, for which the line of ``number``'s is not its own."""
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=liege, e164="+3242501300", channels=8)
    return make_number(contract, liege, "+3242501301")


def test_a_site_whose_line_ended_is_left_out_as_its_digits_are(
    number, elsewhere, editor, staff, acme, globex, make_contract, make_number
):
    document = ring("site:brussels")
    allowed = {"destination": MOBILE, "ring_s": 20}
    document["nodes"]["r1"]["targets"].append(allowed)
    make_live(elsewhere, document, editor)
    compile_customer(acme, now=MONDAY)
    assert goes_to(elsewhere) == "site:brussels"

    ends_for_globex(number, staff, globex, make_contract, make_number)
    compile_customer(acme, now=NEXT_DAY)

    plan = CompiledPlan.objects.get(number=elsewhere)
    assert plan.left_out == {"site:brussels": "ended_number"}
    assert number.e164 not in str(plan.body)
    assert goes_to(elsewhere, at=NEXT_DAY) == MOBILE
    tasks.announce_left_out(acme.pk)
    # Another line brings the site back.
    Line.objects.filter(site__slug="brussels").update(e164="+3225501999")
    compile_customer(acme, now=NEXT_DAY)
    assert goes_to(elsewhere, at=NEXT_DAY) == "site:brussels"


@pytest.mark.parametrize("destination", ["site:brussels", "+3225501200"])
def test_every_way_to_a_line_that_ended_is_shut(
    number,
    elsewhere,
    second,
    contract,
    editor,
    admin,
    staff,
    acme,
    make_number,
    destination,
):
    """The emergency, the redirection with its backup, the safety destination."""
    switched = make_number(
        contract, elsewhere.site, "+3242501302", ServiceOption.VOICE_CONTINUITY
    )
    send(elsewhere, destination, editor)
    forwarding.set_redirection(
        number=switched,
        kind="cfu",
        destination=destination,
        backup="site:brussels",
        member=editor,
        now=MONDAY,
    )
    every_number.set_safety_destination(
        destination="site:brussels", member=editor, now=MONDAY
    )
    assert number.e164 in str(CompiledPlan.objects.get(number=switched).body)
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    compile_customer(acme, now=NEXT_DAY)
    for one in (elsewhere, switched):
        plan = CompiledPlan.objects.get(number=one)
        assert number.e164 not in str(plan.body)
        assert set(plan.left_out.values()) == {"ended_number"}
        assert goes_to(one, at=NEXT_DAY) == "line"
        assert where_now(one, facts(one, NEXT_DAY)).destination == "line"


def test_a_site_whose_line_ended_is_neither_offered_nor_taken(
    number, elsewhere, editor, staff, acme, client
):
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    assert not CustomerRouting(acme, NEXT_DAY).may_send_to("site:brussels")
    assert CustomerRouting(acme, MONDAY).may_send_to("site:brussels")
    with pytest.raises(forwarding.DivertRefused):
        forwarding.divert(
            numbers=[elsewhere],
            destination="site:brussels",
            until=None,
            member=editor,
            now=NEXT_DAY,
        )
    with pytest.raises(ForbiddenDestination):
        every_number.set_safety_destination(
            destination="site:brussels", member=editor, now=NEXT_DAY
        )
    with pytest.raises(plans.PlanHasProblems):
        make_live(elsewhere, ring("site:brussels"), editor, now=NEXT_DAY)


@pytest.mark.parametrize("is_theirs", ["", "in service", "chosen since"])
def test_a_number_that_begins_later_is_judged_as_of_its_first_day(
    number, elsewhere, contract, editor, staff, acme, make_number, is_theirs
):
    begins = NEXT_DAY.date()
    later = make_number(contract, elsewhere.site, "+3242501302", activated_on=begins)
    last_day = begins if is_theirs == "in service" else MONDAY.date()
    release_number(number=number, last_day=last_day, actor=staff)
    if is_theirs == "chosen since":
        KnownDestination.objects.create(
            tenant=acme,
            e164=number.e164,
            first_used_at=NEXT_DAY,
            added_by=editor.user,
        )
    refused = nullcontext() if is_theirs else pytest.raises(plans.PlanHasProblems)
    with refused:
        make_live(later, ring("site:brussels"), editor)


def test_digits_that_begin_again_later_have_ended_in_between(
    number, elsewhere, contract, site, editor, staff, acme, make_number
):
    between, back = NEXT_DAY + dt.timedelta(days=9), NEXT_DAY + dt.timedelta(days=59)
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    make_number(contract, site, number.e164, activated_on=back.date())
    ended = CustomerRouting(acme, MONDAY).as_of(between.date()).shared.ended
    assert ended == CustomerRouting(acme, between).shared.ended == [number.e164]
    later = make_number(
        contract, elsewhere.site, "+3242501302", activated_on=between.date()
    )
    with pytest.raises(plans.PlanHasProblems):
        make_live(later, ring("site:brussels"), editor)


def test_the_digits_of_a_line_that_ended_are_a_new_destination(
    number, elsewhere, editor, staff, acme
):
    assert new_among([number.e164], acme) == []
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    assert new_among([number.e164], acme) == [number.e164]
    # The control: another main line, which the administrators were told of.
    assert new_among(["+3242501300"], acme) == []


def test_a_line_nobody_was_told_of_is_a_new_destination(site, acme, editor):
    Line.objects.create(tenant=acme, site=site, e164="+32470998877", is_main=False)
    assert new_among(["+32470998877"], acme) == ["+32470998877"]
