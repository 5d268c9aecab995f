"""Digits that are theirs and not theirs in turns, chosen for today and a later day."""

import importlib

import pytest
from django.db import connection

from routing.models import KnownDestination
from routing.services.destinations import new_among
from tenants.models import AuditEvent
from tests.routing.conftest import MONDAY, facts, make_live
from tests.support.came_and_went import DAY, PORTED, divert, left_out
from tests.support.left_out import forward, goes_to

migration = importlib.import_module("routing.migrations.0014_destinations_as_of_a_day")


@pytest.fixture
def in_turns(contract, site, make_number):
    """Digits that were theirs, are an outside number today, and are theirs again."""
    for first, last in ((-60, -30), (10, 20)):
        make_number(
            contract,
            site,
            PORTED,
            activated_on=(MONDAY + first * DAY).date(),
            released_on=(MONDAY + last * DAY).date(),
        )
    return PORTED


@pytest.mark.parametrize("is_first", [True, False])
def test_a_plan_of_a_later_day_and_a_use_of_today_leave_each_other_alone(
    is_first, number, in_turns, editor, acme, contract, site, make_number
):
    begins = MONDAY + 30 * DAY
    later = make_number(contract, site, "+3225501278", activated_on=begins.date())
    acts = [
        lambda: make_live(later, forward(in_turns), editor),
        lambda: divert(number, editor, in_turns, MONDAY),
    ]
    for act in acts if is_first else reversed(acts):
        act()
    for now in (MONDAY, MONDAY + 5 * DAY):
        assert left_out(number, now) == {}
        assert goes_to(number, at=now) == in_turns
        assert new_among([in_turns], acme, now.date()) == []
    assert left_out(later, begins) == {}
    assert new_among([in_turns], acme, begins.date()) == []
    assert facts(number, MONDAY).as_of(begins.date()).shared.ended == []
    assert facts(number, MONDAY).shared.known == [in_turns]
    assert AuditEvent.objects.filter(action="destination.added").count() == 2
    # The control: in between it is theirs, and the day after it was chosen by nobody.
    assert new_among([in_turns], acme, (MONDAY + 15 * DAY).date()) == []
    between = (MONDAY + 25 * DAY).date()
    assert new_among([in_turns], acme, between) == [in_turns]
    assert facts(number, MONDAY).as_of(between).shared.ended == [in_turns]


def test_a_redirection_of_today_outlives_a_plan_of_a_later_day(
    in_turns, editor, contract, site, make_number
):
    """The second plan of a later day takes the place of the first one's."""
    begins = MONDAY + 30 * DAY
    today = make_number(contract, site, "+3225501279")
    make_live(today, forward(in_turns), editor)
    for later in ("+3225501278", "+3225501276"):
        there = make_number(contract, site, later, activated_on=begins.date())
        make_live(there, forward(in_turns), editor)
        assert left_out(today, MONDAY + DAY) == {}
        assert left_out(there, begins) == {}
    assert KnownDestination.objects.filter(e164=in_turns).count() == 2


@pytest.mark.parametrize("is_backwards", [False, True])
def test_digits_that_are_theirs_twice_more_end_with_the_last_time(
    is_backwards, number, in_turns, editor, acme, contract, site, make_number
):
    """Whatever order their rows are read in."""
    days = [(MONDAY + days * DAY).date() for days in (40, 50)]
    make_number(contract, site, in_turns, activated_on=days[0], released_on=days[1])
    KnownDestination.objects.create(
        tenant=acme,
        e164=in_turns,
        first_used_at=MONDAY + 30 * DAY,
        added_by=editor.user,
    )
    world = facts(number, MONDAY)
    world._ahead.sort(key=lambda one: one.activated_on, reverse=is_backwards)
    assert world.as_of((MONDAY + 35 * DAY).date()).shared.ended == []
    assert world.as_of((MONDAY + 51 * DAY).date()).shared.ended == [in_turns]


def test_going_back_a_version_keeps_the_later_of_two_uses(in_turns, editor, acme):
    """As the owner of the table, whom its row security would blind."""
    for used_at in (MONDAY, MONDAY + 30 * DAY):
        KnownDestination.objects.create(
            tenant=acme, e164=in_turns, first_used_at=used_at, added_by=editor.user
        )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE vms_owner")
        cursor.execute(migration.ONE_OF_EACH)
        cursor.execute("SET ROLE vms_worker")
    assert KnownDestination.objects.get().first_used_at == MONDAY + 30 * DAY
