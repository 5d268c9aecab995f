"""Staff read of plans that come to a line later than their first answer.

One simulated call says where such a plan goes first, and not that it rings the line.
"""

import datetime as dt

import pytest
from django.utils import timezone

from numbers.models import GeographicNumber
from tests.numbers.test_where_moved_numbers_ring import asked_of_line, asked_to_move
from tests.support.line_plans import STEPS, by_key, first
from vms_portal.kernel.local_time import local_date

OTHER = "+32470998877"
AFTER = "+3225501277"
PLANNED = "The plan decides."
DIVERTED = "All calls go to +32 470 11 22 33 until somebody stops it."
CAN = "Calls to +32 2 550 12 00 can ring +32 9 250 13 00 of Gent"
NOT = "do not ring the line of Gent now"


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
    assert "calls to +32 2 550 12 00 can ring its own line. The plan decides." in asked


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


def test_many_plans_of_a_site_are_followed_without_a_statement_for_each(
    office, number, site, contract, make_number, plan, django_assert_max_num_queries
):
    for n in range(10, 30):
        plan(first(by_key()), make_number(contract, site, f"+32255012{n}"))
    with django_assert_max_num_queries(45):
        asked = asked_of_line(office, site, AFTER)
    assert "Calls to 20 numbers of Brussels can ring +32 2 550 12 77:" in asked
