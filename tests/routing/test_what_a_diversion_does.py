"""The divert form says what a diversion does now, and where calls go after it."""

import datetime as dt
import html

import pytest
from django.utils import timezone

from numbers.models import GeographicNumber
from routing.services import forwarding
from tests.routing.conftest import MOBILE, ring
from tests.routing.test_divert_page import url
from tests.routing.test_plans import publish
from tests.support.diversions import HOUR, divert
from vms_portal.kernel.local_time import local_date

OTHER = "+32470999999"
AFTER = "Calls then go where they would without it. As things stand: "
REDIRECTED = "All calls go to +32 470 99 99 99 until somebody stops it."
OWN_LINE = "Calls ring the number's own line."


def form_of(client, number) -> str:
    """What the open form says before its fields."""
    page = html.unescape(client.get(url("divert", number)).text)
    form = page.split('class="fold-body"', 1)[1]
    return " ".join(form.split('class="field"', 1)[0].split())


def redirect(number, editor, kind="cfu") -> None:
    forwarding.set_redirection(
        number=number, kind=kind, destination=OTHER, member=editor, now=timezone.now()
    )


@pytest.mark.parametrize("is_diverted", [True, False])
def test_a_redirection_below_is_what_comes_back(
    client, continuity_number, editor, is_diverted
):
    redirect(continuity_number, editor)
    if is_diverted:
        now = timezone.now()
        divert([continuity_number], editor, until=now + HOUR, now=now)
    client.force_login(editor.user)
    said = form_of(client, continuity_number)
    assert f"{AFTER}{REDIRECTED}" in said
    assert "Its own routing" not in said
    assert "From now on every call to +32 2 550 12 08" in said


def test_one_that_stands_by_comes_back_as_such(client, continuity_number, editor):
    redirect(continuity_number, editor, "cfb")
    client.force_login(editor.user)
    said = form_of(client, continuity_number)
    assert f"{AFTER}Calls ring the number's own line; redirections stand by." in said


@pytest.mark.parametrize("is_diverted", [True, False])
def test_the_own_line_or_plan_comes_back_of_others(client, number, editor, is_diverted):
    client.force_login(editor.user)
    if is_diverted:
        now = timezone.now()
        divert([number], editor, OTHER, until=now + HOUR, now=now)
    assert f"{AFTER}{OWN_LINE}" in form_of(client, number)
    publish(number, editor, ring(MOBILE))
    said = form_of(client, number)
    assert f"{AFTER}Calls ring +32 470 11 22 33" in said
    assert "99 99 99" not in said


def test_a_suspended_number_is_not_said_to_go_anywhere(client, number, editor):
    GeographicNumber.objects.filter(pk=number.pk).update(suspended_at=timezone.now())
    client.force_login(editor.user)
    said = form_of(client, number)
    assert "Suspended: calls are not connected." in said
    assert "A diversion takes effect after that" in said
    assert "From now on" not in said


@pytest.mark.parametrize("days", [-1, 1])
def test_one_out_of_service_is_not_said_to_be_diverted(client, number, editor, days):
    day = local_date(timezone.now()) + dt.timedelta(days=days)
    field = "released_on" if days < 0 else "activated_on"
    GeographicNumber.objects.filter(pk=number.pk).update(**{field: day})
    client.force_login(editor.user)
    said = form_of(client, number)
    assert "It can be diverted while it is in service." in said
    assert "From now on" not in said
