"""Digits that were the customer's own for a while, as destinations before and after."""

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.models import DestinationPolicy, Line, Site
from numbers.services.inventory import release_number
from routing.models import KnownDestination, Override
from routing.services import every_number, forwarding
from routing.services.destinations import (
    DailyCapReached,
    ForbiddenDestination,
    new_among,
)
from tenants.models import AuditEvent
from tests.routing.conftest import MONDAY, facts, make_live
from tests.support.came_and_went import DAY, PORTED, left_out
from tests.support.circles import divert
from tests.support.left_out import NEXT_DAY, ends_for_globex, forward, goes_to


@pytest.fixture
def ported(number, editor, contract, site, make_number):
    """A number they diverted to once, when it was no number of theirs."""
    divert(number, editor, PORTED, MONDAY - 30 * DAY)
    forwarding.end_divert(number=number, member=editor, now=MONDAY - 29 * DAY)
    return make_number(contract, site, PORTED, activated_on=(MONDAY - 20 * DAY).date())


def test_a_number_used_before_it_was_theirs_is_not_called_after_it_ended(
    number, ported, editor, staff, acme, globex, make_contract, make_number
):
    make_live(number, forward(PORTED), editor)
    ends_for_globex(ported, staff, globex, make_contract, make_number)
    assert left_out(number, NEXT_DAY) == {PORTED: "ended_number"}
    assert goes_to(number, at=NEXT_DAY) == "line"
    assert new_among([PORTED], acme, NEXT_DAY.date()) == [PORTED]


def test_a_number_chosen_again_after_it_ended_is_an_outside_one(
    number, ported, editor, staff, acme
):
    release_number(number=ported, last_day=MONDAY.date(), actor=staff)
    told = KnownDestination.objects.get(e164=PORTED)
    KnownDestination.objects.update(announced_at=MONDAY)
    divert(number, editor, PORTED, NEXT_DAY)
    again = KnownDestination.objects.get(e164=PORTED)
    assert (again.pk, again.first_used_at) == (told.pk, NEXT_DAY)
    assert again.announced_at is None
    assert AuditEvent.objects.filter(action="destination.added").count() == 2
    assert left_out(number, NEXT_DAY) == {}
    assert goes_to(number, at=NEXT_DAY) == PORTED
    assert new_among([PORTED], acme, NEXT_DAY.date()) == []


def test_a_plan_published_before_the_last_day_makes_nothing_known(
    number, second, editor, staff, acme
):
    make_live(number, forward(second.e164), editor)
    last = MONDAY + 10 * DAY
    release_number(number=second, last_day=last.date(), actor=staff)
    document = forward(second.e164)
    document["nodes"]["f"]["label"] = "To sales"
    make_live(number, document, editor, now=MONDAY + DAY)
    assert not KnownDestination.objects.filter(e164=second.e164).exists()
    assert left_out(number, last) == {}
    assert left_out(number, last + DAY) == {second.e164: "ended_number"}


def test_a_number_that_comes_back_later_is_not_called_in_between(
    number, second, editor, staff, contract, site, make_number
):
    make_live(number, forward(second.e164), editor)
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    back = NEXT_DAY + 10 * DAY
    make_number(contract, site, second.e164, activated_on=back.date())
    for now in (NEXT_DAY, back - DAY):
        assert left_out(number, now) == {second.e164: "ended_number"}
        assert goes_to(number, at=now) == "line"
        assert not facts(number, now).may_send_to(second.e164)
    assert left_out(number, back) == {}
    assert facts(number, back).may_send_to(second.e164)


def test_a_site_line_that_is_theirs_again_later_is_not_called_in_between(
    number, second, editor, staff, acme, contract, site, make_number
):
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=liege, e164=second.e164, is_main=True)
    make_live(number, forward("site:liege"), editor)
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    back = NEXT_DAY + 10 * DAY
    make_number(contract, site, second.e164, activated_on=back.date())
    assert left_out(number, NEXT_DAY) == {"site:liege": "ended_number"}
    assert not facts(number, NEXT_DAY).may_send_to("site:liege")


def test_a_number_of_theirs_is_new_before_its_first_day_only(
    number, editor, acme, contract, site, make_number
):
    make_number(contract, site, PORTED, activated_on=NEXT_DAY.date())
    assert new_among([PORTED], acme, MONDAY.date()) == [PORTED]
    assert new_among([PORTED], acme, NEXT_DAY.date()) == []
    divert(number, editor, PORTED, MONDAY)
    assert KnownDestination.objects.get().e164 == PORTED


def test_numbers_that_begin_later_count_against_the_cap(
    number, editor, acme, contract, site, make_number
):
    DestinationPolicy.objects.create(tenant=acme, daily_cap=1)
    for digits in (PORTED, "+3225501278"):
        make_number(contract, site, digits, activated_on=NEXT_DAY.date())
    divert(number, editor, PORTED, MONDAY)
    with pytest.raises(DailyCapReached):
        divert(number, editor, "+3225501278", MONDAY)


def test_a_plan_for_a_later_day_is_judged_as_of_that_day(
    editor, acme, contract, site, make_number
):
    later = make_number(contract, site, PORTED, activated_on=NEXT_DAY.date())
    other = make_number(contract, site, "+3225501278", activated_on=NEXT_DAY.date())
    make_live(later, forward(other.e164), editor)
    assert not KnownDestination.objects.exists()


def test_a_number_chosen_for_after_its_last_day_is_an_outside_one_by_then(
    second, editor, staff, acme, contract, site, make_number
):
    begins = MONDAY + 10 * DAY
    later = make_number(contract, site, PORTED, activated_on=begins.date())
    release_number(number=second, last_day=(MONDAY + 5 * DAY).date(), actor=staff)
    make_live(later, forward(second.e164), editor)
    assert AuditEvent.objects.filter(action="destination.added").count() == 1
    assert left_out(later, begins) == {}
    assert goes_to(later, at=begins) == second.e164
    assert new_among([second.e164], acme, begins.date()) == []


def test_a_number_chosen_for_a_later_day_is_not_called_before_it(
    number, second, editor, staff, acme, contract, site, make_number
):
    """Between its last day and that one its digits may be another customer's."""
    make_live(number, forward(second.e164), editor)
    release_number(number=second, last_day=(MONDAY + 2 * DAY).date(), actor=staff)
    begins, between = MONDAY + 60 * DAY, MONDAY + 10 * DAY
    later = make_number(contract, site, PORTED, activated_on=begins.date())
    make_live(later, forward(second.e164), editor)
    assert left_out(number, between) == {second.e164: "ended_number"}
    assert not facts(number, between).may_send_to(second.e164)
    assert new_among([second.e164], acme, between.date()) == [second.e164]
    # As of a day without reading anew, and from that day on.
    assert facts(number, MONDAY).as_of(between.date()).shared.ended == [second.e164]
    assert facts(number, between).as_of(begins.date()).shared.ended == []
    assert left_out(number, begins) == {}
    # Whoever asks for it before, as any new destination, has it from then on.
    divert(number, editor, second.e164, between)
    assert left_out(number, between) == {}
    assert left_out(later, begins) == {}


def test_a_later_plan_calls_no_number_that_ended_before(
    number, second, editor, staff, contract, site, make_number
):
    """Its digits may be another customer's by now; who chose them chose a later day."""
    make_live(number, forward(second.e164), editor)
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    now, begins = MONDAY + 10 * DAY, MONDAY + 60 * DAY
    later = make_number(contract, site, PORTED, activated_on=begins.date())
    make_live(later, forward(second.e164), editor, now=now)
    assert left_out(number, now) == {second.e164: "ended_number"}
    assert left_out(number, begins) == left_out(later, begins) == {}


def test_one_chosen_for_a_later_day_counts_on_that_day_alone(
    number, second, editor, staff, acme, contract, site, make_number
):
    DestinationPolicy.objects.create(tenant=acme, daily_cap=1)
    begins = MONDAY + 10 * DAY
    later = make_number(contract, site, PORTED, activated_on=begins.date())
    release_number(number=second, last_day=(MONDAY + 5 * DAY).date(), actor=staff)
    make_live(later, forward(second.e164), editor)
    divert(number, editor, "+3225501278", MONDAY + DAY)
    with pytest.raises(DailyCapReached):
        divert(number, editor, "+3225501279", MONDAY + DAY)


@pytest.mark.parametrize("ends", [False, True])
def test_a_dispatcher_diverts_to_a_number_of_theirs_that_will_end(
    ends, number, second, operator_member, staff, client
):
    if ends:
        last = timezone.now().date() + 90 * DAY
        release_number(number=second, last_day=last, actor=staff)
    client.force_login(operator_member.user)
    answer = client.post(
        reverse("routing:divert", args=[number.pk]),
        {"to": "", "other": "02 550 12 01", "until": "1h"},
    )
    assert answer.status_code == 302
    assert Override.objects.get().destination == second.e164


def test_a_dispatcher_does_not_divert_to_one_that_ended(
    number, second, operator_member, staff
):
    """The control: it is anybody's number now."""
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    with pytest.raises(ForbiddenDestination):
        divert(number, operator_member, second.e164, NEXT_DAY)


def test_the_safety_destination_may_be_a_number_that_ended(
    number, second, editor, staff, contract, site, make_number
):
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    with pytest.raises(ForbiddenDestination, match="01"):
        every_number.set_safety_destination(
            destination=second.e164, member=editor, now=MONDAY
        )
    every_number.set_safety_destination(
        destination=second.e164, member=editor, now=NEXT_DAY
    )
    assert left_out(number, NEXT_DAY) == {}
    later = make_number(contract, site, PORTED, activated_on=(NEXT_DAY + DAY).date())
    with pytest.raises(ForbiddenDestination):
        every_number.set_safety_destination(
            destination=later.e164, member=editor, now=NEXT_DAY
        )
