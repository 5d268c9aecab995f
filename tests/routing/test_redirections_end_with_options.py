"""A redirection that is on ends with the option it was switched on under."""

import datetime as dt

import pytest

from numbers.models import OptionPeriod
from numbers.services.options import change_option
from routing.services import forwarding
from tenants.models import AuditEvent
from tests.routing.conftest import MOBILE, MONDAY, make_live
from tests.routing.test_left_out import forward, goes_to
from tests.support.came_and_went import left_out

DAY = dt.timedelta(days=1)
ENDED = "continuity.ended_with_option"


def switch_on(number, destination, editor):
    forwarding.set_redirection(
        number=number, kind="cfu", destination=destination, member=editor, now=MONDAY
    )


@pytest.fixture
def switched_on(continuity_number, editor):
    switch_on(continuity_number, MOBILE, editor)
    return continuity_number


def plan(number, option, days, staff):
    """Give the number an option from some days after Monday on."""
    change_option(
        number=number,
        option=option,
        from_day=(MONDAY + days * DAY).date(),
        today=MONDAY.date(),
        actor=staff,
    )


def state(number):
    redirection = number.redirections.get()
    return redirection.is_on, redirection.destination


def test_a_planned_change_ends_it_on_its_day(switched_on, staff):
    plan(switched_on, "CLASSIC", 5, staff)
    left_out(switched_on, MONDAY + 4 * DAY)
    assert state(switched_on) == (True, MOBILE)
    assert goes_to(switched_on, at=MONDAY + 4 * DAY) == MOBILE
    left_out(switched_on, MONDAY + 5 * DAY)
    assert state(switched_on) == (False, MOBILE)
    event = AuditEvent.objects.get(action=ENDED)
    assert (event.target_label, event.actor_name) == (switched_on.e164, "option")
    assert event.detail == {"kind": "cfu", "destination": MOBILE}
    left_out(switched_on, MONDAY + 6 * DAY)
    assert AuditEvent.objects.filter(action=ENDED).count() == 1


@pytest.mark.parametrize("is_compiled_between", [True, False])
def test_it_does_not_come_back_with_the_option(is_compiled_between, switched_on, staff):
    """Nor when nothing was compiled while the number had the other option."""
    plan(switched_on, "CLASSIC", 5, staff)
    plan(switched_on, "VOICE_CONTINUITY", 10, staff)
    if is_compiled_between:
        left_out(switched_on, MONDAY + 7 * DAY)
    left_out(switched_on, MONDAY + 10 * DAY)
    assert state(switched_on) == (False, MOBILE)
    assert goes_to(switched_on, at=MONDAY + 10 * DAY) == "line"


def test_it_stays_on_with_the_option_it_began_under(switched_on, staff):
    """The control, with another option before and one that is planned for later."""
    before = MONDAY.date() - DAY
    period = switched_on.option_periods.get()
    period.starts_on = MONDAY.date()
    period.save()
    OptionPeriod.objects.create(
        tenant=switched_on.tenant,
        number=switched_on,
        option="CLASSIC",
        starts_on=switched_on.activated_on,
        ends_on=before,
    )
    plan(switched_on, "DRS", 50, staff)
    left_out(switched_on, MONDAY + 49 * DAY)
    assert state(switched_on) == (True, MOBILE)
    assert not AuditEvent.objects.filter(action=ENDED).exists()


def test_a_plan_goes_in_no_circle_with_one_of_an_option_to_come(
    switched_on, second, editor
):
    """It was on, the number is CLASSIC, and has Voice Continuity again in ten days."""
    switch_on(switched_on, second.e164, editor)
    switched_on.option_periods.all().delete()
    for option, first, last in (
        ("VOICE_CONTINUITY", switched_on.activated_on, MONDAY.date() - DAY),
        ("CLASSIC", MONDAY.date(), (MONDAY + 9 * DAY).date()),
        ("VOICE_CONTINUITY", (MONDAY + 10 * DAY).date(), None),
    ):
        OptionPeriod.objects.create(
            tenant=switched_on.tenant,
            number=switched_on,
            option=option,
            starts_on=first,
            ends_on=last,
        )
    make_live(second, forward(switched_on.e164), editor)
    for days in (0, 9, 10):
        now = MONDAY + days * DAY
        assert left_out(second, now) == {}
        assert left_out(switched_on, now) == {}
    assert state(switched_on) == (False, second.e164)
