"""Calls come to a line by its digits, by other numbers and behind other phones."""

import pytest
from django.utils import timezone

from numbers.models import GeographicNumber, Line, ServiceOption, Site
from routing.models import RoutingSettings
from routing.services import forwarding
from tests.numbers.test_lines_that_can_ring import (
    AFTER,
    CAN,
    DIVERTED,
    NOT,
    OTHER,
    PLANNED,
)
from tests.numbers.test_where_moved_numbers_ring import asked_of_line, asked_to_move
from tests.routing.conftest import MOBILE
from tests.support import routing as plans
from tests.support.circles import put_live
from tests.support.diversions import divert
from tests.support.line_plans import by_key, first

FORWARD = plans.forward("+3292501310")


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


@pytest.mark.parametrize("at_gent", [True, False])
def test_a_plan_that_cannot_be_used_any_more_rings_the_line_of_its_number(
    office, number, site, gent, other, editor, diverted, at_gent
):
    """The network is served the number without it, in the plans of others as well."""
    diverted(other.e164)
    GeographicNumber.objects.filter(pk=other.pk).update(site=gent if at_gent else site)
    document = plans.document(plans.ring(MOBILE))
    del document["nodes"]["start"]["mode"]  # as another release took it
    for one in (number, other):
        put_live(one, document, editor)
    asked = asked_to_move(office, number, gent)
    assert (CAN in asked) is at_gent
    assert (NOT in asked) is not at_gent
