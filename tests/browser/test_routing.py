"""Routing in the browser: two taps, the keyboard alone, and two people at once."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from numbers.models import Line, ServiceOption, Site
from routing.models import Announcement, Calendar, Override
from routing.services import forwarding
from tests.routing.conftest import MOBILE, OFFICE, make_live, ring, schedule
from tests.support.browser import sign_in

WIDTHS = (320, 390, 1360)
HOURS = {
    **OFFICE,
    "weekly": {day: [["08:30", "12:00"], ["13:00", "17:30"]]
               for day in ("mon", "tue", "wed", "thu", "fri")},
}  # fmt: skip


@pytest.fixture
def library(acme):
    Calendar.objects.create(
        tenant=acme, slug="office", name="Office hours", definition=HOURS
    )
    for language, text in (("fr", "Nous sommes fermés."), ("nl", "Wij zijn gesloten.")):
        Announcement.objects.create(
            tenant=acme, slug="closed", name="Closed", language=language, text=text
        )
    ghent = Site.objects.create(tenant=acme, name="Ghent", slug="ghent")
    Line.objects.create(tenant=acme, site=ghent, e164="+3292223300")


@pytest.fixture
def planned(library, number, editor):
    """The number with a plan of several steps."""
    document = schedule("line")
    document["nodes"]["r1"]["exits"] = {"busy": "r2", "failed": "r2"}
    document["nodes"]["r2"] = ring("site:ghent")["nodes"]["r1"]
    document["nodes"]["say"] = {
        "type": "announcement", "announcement": "closed", "label": "We are closed",
        "exits": {"done": "bye"},
    }  # fmt: skip
    document["nodes"]["hours"]["exits"] = {"open": "r1", "closed": "say"}
    make_live(number, document, editor, now=timezone.now())
    return number


@pytest.fixture
def continuity_number(contract, site, make_number):
    return make_number(contract, site, "+3225501208", ServiceOption.VOICE_CONTINUITY)


def open_as(new_context, member, width=1360, **options):
    context = new_context(viewport={"width": width, "height": 900}, **options)
    sign_in(context, member.user)
    return context.new_page()


def test_a_number_is_diverted_in_two_taps(
    new_context, planned, operator_member, screenshot
):
    forwarding.divert(
        numbers=[planned], destination=MOBILE, member=operator_member,
        now=timezone.now(), until=None,
    )  # fmt: skip
    forwarding.end_divert(number=planned, member=operator_member, now=timezone.now())
    page = open_as(new_context, operator_member, 390, has_touch=True, is_mobile=True)
    page.goto(f"/numbers/{planned.pk}/")
    page.get_by_text("Divert calls").tap()
    screenshot(page, "routing-divert-390")
    page.get_by_role("button", name="Divert now").tap()
    page.get_by_role("button", name="Stop diverting").wait_for()
    made = Override.objects.get(ended_at=None)
    assert made.destination == MOBILE
    assert made.until is not None
    assert made.until - made.starts_at == dt.timedelta(hours=4)
    screenshot(page, "routing-diverted-390")


def test_a_plan_is_edited_and_published_with_the_keyboard_alone(
    new_context, planned, editor, screenshot
):
    page = open_as(new_context, editor)
    page.goto(f"/numbers/{planned.pk}/plan/")
    page.get_by_role("button", name="Begin a draft").press("Enter")
    page.locator("[data-outline] .outline-step").first.focus()
    page.keyboard.press("ArrowDown")  # the ring in office hours
    page.keyboard.press("Enter")
    expect(page.locator("#step_label")).to_be_focused()
    page.keyboard.type("Front desk")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Front desk").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("#add-kind")).to_be_focused()
    page.keyboard.type("Announcement")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")  # after it, on any other failure
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#step_announcement").wait_for()
    page.locator("#step_announcement").press("ArrowDown")
    page.keyboard.press("Enter")
    screenshot(page, "routing-editor-problem")
