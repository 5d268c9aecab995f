"""Staff read of plans that come to a line later than their first answer.

One simulated call says where such a plan goes first, and not that it rings the line.
"""

import datetime as dt

import pytest
from django.utils import timezone

from numbers.models import GeographicNumber, Line, ServiceOption, Site
from routing.models import Announcement, Calendar, Queue, RoutingSettings
from routing.services import forwarding
from tests.numbers.test_where_moved_numbers_ring import asked_of_line, asked_to_move
from tests.routing.conftest import MOBILE, OFFICE, make_live
from tests.support import routing as plans
from tests.support.diversions import divert
from vms_portal.kernel.local_time import local_date

OTHER = "+32470998877"
AFTER = "+3225501277"
PLANNED = "Its plan decides."
DIVERTED = "All calls go to +32 470 11 22 33 until somebody stops it."
CAN = "Calls to +32 2 550 12 00 can ring +32 9 250 13 00 of Gent"
NOT = "do not ring the line of Gent now"


def first(step: dict, to: str = "line") -> dict:
    """A plan whose entry can lead to ``rung``, which rings ``to``."""
    return plans.document(step, rung=plans.ring(to))


def closed() -> dict:
    return plans.schedule(open="rung", closed="end")


def by_key() -> dict:
    return plans.menu(key_1="rung", timeout="end", invalid="end")


def after_mobile() -> dict:
    return plans.ring(MOBILE, failed="end", busy="rung")


def by_origin() -> dict:
    rules = [{"prefixes": ["+33"], "exit": "french"}]
    exits = {"french": "rung", "other": "end"}
    return {"type": "origin", "rules": rules, "exits": exits}


def by_share() -> dict:
    shares = {"most": 99, "few": 1}
    exits = {"most": "end", "few": "rung"}
    return {"type": "distribution", "shares": shares, "exits": exits}


def after_waiting() -> dict:
    return plans.queue(timeout="end", full="rung")


FORWARD = plans.forward("+3292501310")
STEPS = [closed, by_key, after_mobile, by_origin, by_share, after_waiting]


@pytest.fixture
def library(acme):
    office = {**OFFICE, "mode": "force_closed"}
    Calendar.objects.create(
        tenant=acme, slug="office", name="Office", definition=office
    )
    Announcement.objects.create(
        tenant=acme, slug="welcome", name="Welcome", language="fr", text="Bonjour."
    )
    Queue.objects.create(tenant=acme, slug="sales", name="Sales")


@pytest.fixture
def plan(library, number, editor):
    """Publish a plan on the number, or on another."""

    def plan(document, number=number):
        make_live(number, document, editor, now=timezone.now())

    return plan


@pytest.fixture
def diverted(number, editor):
    def diverted(to=MOBILE):
        divert([number], editor, to, until=None, now=timezone.now())

    return diverted


@pytest.fixture
def other(contract, gent, make_number):
    return make_number(contract, gent, "+3292501310")


@pytest.mark.parametrize("step", STEPS)
def test_a_plan_that_comes_to_the_line_can_ring_that_of_its_new_site(
    office, number, gent, plan, step
):
    plan(first(step()))
    asked = asked_to_move(office, number, gent)
    assert f"{CAN}: {PLANNED}" in asked
    assert NOT not in asked


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("to", ["line", "site:brussels"])
def test_a_plan_that_comes_to_the_line_can_ring_another_line_of_its_site(
    office, number, site, plan, step, to
):
    plan(first(step(), to))
    asked = asked_of_line(office, site, AFTER)
    assert "Calls to 1 number of Brussels can ring +32 2 550 12 77:" in asked
    assert f"+32 2 550 12 00: {PLANNED}" in asked
    assert "none of its numbers" not in asked
    assert "go on as they do" not in asked


@pytest.mark.parametrize("step", STEPS)
def test_a_plan_that_comes_to_another_phone_alone_goes_on_as_it_does(
    office, number, site, gent, plan, step
):
    plan(first(step(), OTHER))
    assert NOT in asked_to_move(office, number, gent)
    asked = asked_of_line(office, site, AFTER)
    assert "none of its numbers rings it now" in asked
    assert "Calls to 1 number of Brussels go on as they do:" in asked
    assert PLANNED not in asked
    assert "can ring" not in asked


def test_numbers_that_ring_a_line_and_that_can_are_counted_apart(
    office, number, site, contract, make_number, plan, diverted
):
    numbers = [make_number(contract, site, f"+32255012{n}") for n in range(10, 15)]
    diverted()
    for one in numbers[:3]:
        plan(first(by_key()), one)
    stopped = GeographicNumber.objects.filter(pk=numbers[2].pk)
    stopped.update(suspended_at=timezone.now())
    asked = asked_of_line(office, site, AFTER)
    assert "2 numbers of Brussels ring +32 2 550 12 77 at once" in asked
    assert "Calls to 2 numbers of Brussels can ring +32 2 550 12 77:" in asked
    assert f"+32 2 550 12 10, +32 2 550 12 11: {PLANNED}" in asked
    assert "Calls to 2 numbers of Brussels go on as they do:" in asked
    assert f"+32 2 550 12 00: {DIVERTED}" in asked
    assert "+32 2 550 12 12: Suspended: calls are not connected." in asked


def test_a_plan_that_comes_to_a_line_that_is_no_more_can_ring_the_own_line(
    office, number, site, plan
):
    plan(first(by_key()))
    asked = asked_of_line(office, site, "")
    told = "1 number of Brussels, which has no line any more, can ring its own line:"
    assert f"Calls to {told}" in asked
    assert "none of its numbers" not in asked


def test_a_plan_that_names_a_site_whose_line_is_no_more_cannot_ring_its_own(
    office, number, site, plan
):
    plan(first(by_key(), "site:brussels"))
    assert "can ring" not in asked_of_line(office, site, "")


def test_a_number_that_moves_to_a_site_without_a_line_can_ring_its_own(
    office, number, gent, plan
):
    gent.lines.all().delete()
    plan(first(by_key()))
    asked = asked_to_move(office, number, gent)
    assert "calls to +32 2 550 12 00 can ring its own line. Its plan decides." in asked


def test_a_suspended_number_can_ring_the_line_once_it_is_resumed(
    office, number, gent, plan
):
    plan(first(by_key()))
    GeographicNumber.objects.update(suspended_at=timezone.now())
    asked = asked_to_move(office, number, gent)
    assert "once it is resumed, calls to it can ring +32 9 250 13 00 of Gent" in asked


def test_a_number_that_begins_later_is_told_that_its_plan_decides(
    office, number, gent, plan
):
    plan(first(by_key()))
    later = local_date(timezone.now()) + dt.timedelta(days=20)
    GeographicNumber.objects.update(activated_on=later)
    asked = asked_to_move(office, number, gent)
    assert f"calls to +32 2 550 12 00 go: {PLANNED}" in asked
    assert "can ring" not in asked


def test_a_diversion_to_the_digits_of_a_line_rings_it(office, number, gent, diverted):
    diverted("+3292501300")
    asked = asked_to_move(office, number, gent)
    assert f"{CAN}: All calls go to +32 9 250 13 00 until somebody stops it." in asked
    assert NOT not in asked


@pytest.mark.parametrize("to", ["+3292501300", "site:hal"])
def test_a_plan_that_names_the_same_digits_otherwise_can_ring_them(
    office, number, acme, gent, plan, to
):
    hal = Site.objects.create(tenant=acme, name="Hal", slug="hal")
    Line.objects.create(tenant=acme, site=hal, e164="+3292501300")
    plan(plans.document(plans.ring(to)))
    asked = asked_to_move(office, number, gent)
    assert f"{CAN}: {PLANNED}" in asked
    assert NOT not in asked


def test_only_who_names_the_new_digits_can_ring_them(
    office, number, site, contract, make_number, editor, diverted
):
    """Who names the old ones rings these, whatever line the site has."""
    Line.objects.filter(site=site).update(e164="+3225501255")
    diverted("+3225501255")
    second = make_number(contract, site, "+3225501210")
    divert([second], editor, AFTER, until=None, now=timezone.now())
    asked = asked_of_line(office, site, AFTER)
    assert "Calls to 1 number of Brussels can ring +32 2 550 12 77:" in asked
    to_new = "All calls go to +32 2 550 12 77 until somebody stops it."
    assert f"+32 2 550 12 10: {to_new}" in asked
    assert "Calls to 1 number of Brussels go on as they do:" in asked
    to_old = "All calls go to +32 2 550 12 55 until somebody stops it."
    assert f"+32 2 550 12 00: {to_old}" in asked


def test_the_line_is_reached_through_another_number_of_theirs(
    office, number, gent, other, diverted
):
    diverted(other.e164)
    asked = asked_to_move(office, number, gent)
    assert f"{CAN}: All calls go to +32 9 250 13 10" in asked


def test_another_number_that_rings_another_phone_does_not_reach_the_line(
    office, number, gent, other, plan, diverted
):
    plan(first(by_key(), OTHER), other)
    diverted(other.e164)
    assert NOT in asked_to_move(office, number, gent)


@pytest.mark.parametrize("safety", ["site:gent", "+3292501300"])
def test_the_line_is_reached_where_the_safety_destination_is_it(
    office, number, acme, gent, diverted, safety
):
    RoutingSettings.objects.create(tenant=acme, safety_destination=safety)
    diverted()
    assert f"{CAN}: {DIVERTED}" in asked_to_move(office, number, gent)


def test_the_safety_destination_is_not_for_a_plan_that_ends_each_call(
    office, number, acme, gent, plan
):
    RoutingSettings.objects.create(tenant=acme, safety_destination="site:gent")
    plan(plans.document(plans.ring(MOBILE)))
    assert NOT in asked_to_move(office, number, gent)


def test_the_line_is_reached_as_the_backup_of_a_redirection(
    office, number, gent, editor
):
    number.option_periods.update(option=ServiceOption.VOICE_CONTINUITY)
    forwarding.set_redirection(
        number=number,
        kind="cfu",
        destination=MOBILE,
        backup="line",
        member=editor,
        now=timezone.now(),
    )
    assert f"{CAN}: {DIVERTED}" in asked_to_move(office, number, gent)


def test_a_forward_to_what_may_not_be_called_rings_the_line(
    office, number, site, other, plan
):
    """The network rings the own line in place of a last destination left out."""
    plan(
        plans.document(plans.menu(key_1="on", timeout="end", invalid="end"), on=FORWARD)
    )
    GeographicNumber.objects.filter(pk=other.pk).update(suspended_at=timezone.now())
    assert "can ring +32 2 550 12 77:" in asked_of_line(office, site, AFTER)
