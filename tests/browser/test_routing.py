"""Routing in the browser: two taps, the keyboard alone, and two people at once."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from numbers.models import Line, ServiceOption, Site
from routing.models import Announcement, Calendar, Override, PlanVersion
from routing.services import forwarding, plans
from tests.routing.conftest import MOBILE, OFFICE, make_live, ring, schedule
from tests.support.browser import sign_in
from tests.support.pages import assert_accessible, assert_no_overflow

WIDTHS = (320,)
HOURS = {
    **OFFICE,
    "weekly": {
        day: [["08:30", "12:00"], ["13:00", "17:30"]]
        for day in ("mon", "tue", "wed", "thu", "fri")
    },
}


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
        "type": "announcement",
        "announcement": "closed",
        "label": "We are closed",
        "exits": {"done": "bye"},
    }
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


def test_a_number_is_diverted_in_three_taps(
    new_context, planned, editor, operator_member, screenshot
):
    forwarding.divert(
        numbers=[planned],
        destination=MOBILE,
        member=editor,
        now=timezone.now(),
        until=None,
    )
    forwarding.end_divert(number=planned, member=editor, now=timezone.now())
    page = open_as(new_context, operator_member, 390, has_touch=True, is_mobile=True)
    page.goto(f"/numbers/{planned.pk}/")
    page.get_by_text("Divert calls").tap()
    screenshot(page, "routing-divert-390")
    expect(page.get_by_label("Send calls to")).to_have_value("")
    page.get_by_label("Send calls to").select_option(MOBILE)
    button = page.get_by_role("button", name="Divert +32 2 550 12 00 to")
    expect(button).to_contain_text("to +32 470 11 22 33 until")
    button.tap()
    page.get_by_role("button", name="Stop diverting").wait_for()
    made = Override.objects.get(ended_at=None)
    assert made.destination == MOBILE
    assert made.until is not None
    assert made.until - made.starts_at == dt.timedelta(hours=4)
    screenshot(page, "routing-diverted-390")


def begin_draft(number, member):
    return plans.open_draft(number=number, member=member)


def test_a_plan_is_edited_and_published_with_the_keyboard_alone(
    new_context, planned, editor
):
    page = open_as(new_context, editor)
    page.goto(f"/numbers/{planned.pk}/plan/")
    # To its load: until then a key does what a link does without script.
    with page.expect_navigation():
        page.get_by_role("button", name="Begin a draft").press("Enter")
    page.locator("[data-outline] .outline-step").first.focus()
    page.keyboard.press("ArrowDown")  # the ring in office hours
    page.keyboard.press("Enter")
    expect(page.locator("#step_label")).to_be_focused()
    page.keyboard.type("Front desk")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Front desk").wait_for()
    page.get_by_role("link", name="Front desk").focus()
    page.keyboard.press("a")
    expect(page.locator("#add-kind")).to_be_focused()
    page.keyboard.type("End the call")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#step_cause").wait_for()
    draft = PlanVersion.objects.get(state="draft")
    assert "hangup" in draft.document["nodes"]
    page.locator("[data-outline] [aria-current]").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#step_cause")).to_have_count(0)
    comment = page.locator("#publish-comment")
    comment.focus()
    expect(comment).to_be_focused()
    page.keyboard.type("By keyboard")
    expect(comment).to_have_value("By keyboard")
    page.keyboard.press("Enter")
    page.get_by_text("Version 2 of +32 2 550 12 00 is live").wait_for()
    live = PlanVersion.objects.get(state="live")
    assert live.comment == "By keyboard"
    assert live.document["nodes"]["r1"]["label"] == "Front desk"


def test_delete_takes_a_step_away_and_nothing_is_lost(new_context, planned, editor):
    draft = begin_draft(planned, editor)
    page = open_as(new_context, editor)
    page.goto(f"/numbers/{planned.pk}/plan/")
    page.locator("[data-step=r2]").first.focus()
    page.keyboard.press("Delete")
    expect(page.locator("[data-step=r2]")).to_have_count(0)
    draft.refresh_from_db()
    assert draft.document["nodes"]["r1"]["exits"] == {"busy": "bye", "failed": "bye"}


def test_the_second_to_publish_is_told_by_whom_they_were_beaten(
    new_context, planned, editor, admin, screenshot
):
    draft = begin_draft(planned, editor)
    plans.save_draft(draft=draft, document=ring("line"), revision=1, member=editor)
    first, second = open_as(new_context, admin), open_as(new_context, editor)
    for page in (first, second):
        page.goto(f"/numbers/{planned.pk}/plan/")
    first.get_by_role("button", name="Publish version 2").click()
    first.get_by_text("is live").first.wait_for()
    second.get_by_role("button", name="Publish version 2").click()
    second.get_by_text(f"{admin.user} published version 2").wait_for()
    assert_accessible(second)
    screenshot(second, "routing-somebody-was-first")


def test_a_simulated_call_goes_elsewhere_once_the_number_is_diverted(
    new_context, number, library, operator_member
):
    page = open_as(new_context, operator_member)
    page.goto(f"/numbers/{number.pk}/")
    page.get_by_role("button", name="Simulate the call").click()
    simulation = page.locator("#simulation")
    expect(simulation).to_contain_text("own line")
    page.get_by_text("Divert calls").click()
    page.get_by_label("Send calls to").select_option("site:ghent")
    page.get_by_role("button", name="to Site Ghent until").click()
    page.get_by_role("button", name="Stop diverting").wait_for()
    page.get_by_role("button", name="Simulate the call").click()
    expect(simulation).to_contain_text("answered at site Ghent")


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_routing_fit_and_are_accessible(
    new_context, planned, continuity_number, editor, screenshot, width
):
    begin_draft(planned, editor)
    calendar = Calendar.objects.get()
    page = open_as(new_context, editor, width)
    for name, address in {
        "number": f"/numbers/{planned.pk}/",
        "redirections": f"/numbers/{continuity_number.pk}/",
        "editor": f"/numbers/{planned.pk}/plan/",
        "simulation": f"/numbers/{planned.pk}/simulate/?caller=&at=",
        "version": f"/numbers/{planned.pk}/versions/1/",
        "phone": "/m/",
        "calendars": "/calendars/",
        "calendar": f"/calendars/{calendar.pk}/",
        "calendar-edit": f"/calendars/{calendar.pk}/edit/",
        "announcements": "/announcements/",
        "announcement-edit": "/announcements/closed/edit/",
        "settings": "/routing/settings/",
    }.items():
        page.goto(address)
        assert_accessible(page)
        assert_no_overflow(page)
        screenshot(page, f"routing-{name}-{width}")
