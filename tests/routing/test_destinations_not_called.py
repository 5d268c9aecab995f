"""Digits that stand in what is served, and that no call goes to, are told as chosen."""

import datetime as dt

import pytest
from django.utils import timezone

from numbers.models import GeographicNumber
from routing.models import CompiledPlan
from routing.services import every_number
from tests.routing.conftest import MOBILE, make_live, ring
from tests.routing.test_diverting_the_suspended import suspend
from tests.routing.test_prepared_destinations_told import (
    NOT_NOW,
    OTHER,
    page_of,
    prepared,
    sent,
    set_up,
    told,
)
from tests.support.diversions import divert
from vms_portal.kernel.web.addresses import portal_address


def is_told_as_chosen(number) -> None:
    """The mail leads to the number, in whose page it may be changed."""
    text = told(number)
    assert prepared(MOBILE) in text
    assert NOT_NOW in text
    assert "sent calls" not in text
    assert page_of(number) in text


def from_callers(prefix) -> dict:
    """A plan that rings the line, but for callers who begin so."""
    document = ring("line")
    origin = {
        "type": "origin",
        "rules": [{"prefixes": [prefix], "exit": "boss"}],
        "exits": {"boss": "bye", "other": "r1"},
    }
    document["nodes"]["from"] = origin
    return {**document, "entry": "from"}


@pytest.mark.parametrize("kind", ["allow", "block"])
@pytest.mark.parametrize("of", ["one number", "every number"])
def test_a_caller_rule_of_the_same_digits_calls_nobody(
    continuity_number, number, editor, admin, kind, of
):
    """The boss's mobile is let through, and is prepared for the night."""
    every_number.add_caller_rule(
        kind=kind,
        prefix=MOBILE,
        number=number if of == "one number" else None,
        member=editor,
        now=timezone.now(),
    )
    set_up(continuity_number, editor)
    assert MOBILE in str(CompiledPlan.objects.get(number=number).body)
    is_told_as_chosen(continuity_number)


def test_a_plan_that_asks_for_these_callers_calls_nobody(
    continuity_number, number, editor, admin
):
    make_live(number, from_callers(MOBILE), editor, now=timezone.now())
    set_up(continuity_number, editor)
    is_told_as_chosen(continuity_number)


def test_what_is_called_leads_to_the_number_whose_calls_go_there(
    continuity_number, number, editor, admin
):
    """The control: the number that has them as callers is none of them."""
    make_live(number, from_callers(MOBILE), editor, now=timezone.now())
    set_up(continuity_number, editor)
    set_up(continuity_number, editor, is_on=True)
    text = told(continuity_number)
    assert sent(MOBILE) in text
    assert page_of(continuity_number) in text


def test_a_plan_waits_where_the_option_decides(
    continuity_number, number, editor, admin
):
    make_live(continuity_number, ring(MOBILE), editor, now=timezone.now())
    is_told_as_chosen(continuity_number)


@pytest.mark.parametrize("destination", ["line", OTHER])
def test_a_plan_waits_behind_a_diversion(number, second, editor, admin, destination):
    now = timezone.now()
    divert([number], editor, destination, until=None, now=now)
    make_live(number, ring(MOBILE), editor, now=timezone.now())
    text = told(number)
    assert prepared(MOBILE) in text
    assert (sent(OTHER) in text) is (destination == OTHER)
    assert text.split(prepared(MOBILE))[1].count(page_of(number)) == 1


@pytest.mark.parametrize("is_suspended", [True, False])
def test_the_plan_of_a_suspended_number_that_others_ring_sends_no_calls(
    number, second, editor, admin, is_suspended
):
    """It stands in what the other number is served."""
    now = timezone.now()
    make_live(number, ring(second.e164), editor, now=now)
    if is_suspended:
        suspend(second)
    make_live(second, ring(MOBILE), editor, now=now)
    assert MOBILE in str(CompiledPlan.objects.get(number=number).body)
    if is_suspended:
        is_told_as_chosen(second)
    else:
        text = told(second)
        assert sent(MOBILE) in text
        assert portal_address("numbers:number_list") in text


@pytest.mark.parametrize("are_suspended", [True, False])
def test_a_safety_destination_of_suspended_numbers_is_called_by_nobody(
    number, editor, admin, are_suspended
):
    if are_suspended:
        GeographicNumber.objects.update(suspended_at=timezone.now())
    every_number.set_safety_destination(
        destination=MOBILE, member=editor, now=timezone.now()
    )
    text = told(number)
    assert (prepared(MOBILE) in text) is are_suspended
    assert (sent(MOBILE) in text) is not are_suspended


def test_a_diversion_made_by_a_clock_that_is_ahead_sends_calls(
    number, second, editor, admin
):
    """Another machine's: it began when it was made."""
    ahead = timezone.now() + dt.timedelta(seconds=30)
    divert([number], editor, until=None, now=ahead)
    text = told(number)
    assert sent(MOBILE) in text
    assert page_of(number) in text
