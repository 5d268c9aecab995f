"""What numbers share: its effect is seen before it is saved, and can be undone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from routing.models import Calendar
from tests.routing.conftest import MOBILE, OFFICE, make_live, schedule
from tests.support.browser import sign_in
from tests.support.pages import assert_accessible, assert_no_overflow


@pytest.fixture
def office(acme, number, editor):
    calendar = Calendar.objects.create(
        tenant=acme, slug="office", name="Office", definition=OFFICE
    )
    make_live(number, schedule(MOBILE), editor, now=timezone.now())
    return calendar


@pytest.fixture(params=[390, 1360])
def page(request, new_context, office, editor):
    context = new_context(viewport={"width": request.param, "height": 900})
    sign_in(context, editor.user)
    return context.new_page()


def test_a_calendar_shows_its_effect_before_and_can_be_undone(page, office, screenshot):
    page.goto(f"/calendars/{office.pk}/edit/")
    page.get_by_label("Tuesday").press_sequentially("17:00-08:00")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Tuesday: open overnight, 17:00 to Wed 08:00.")
    expect(preview).to_contain_text("17:00-24:00")
    page.get_by_label("Tuesday").press("Enter")
    panel = page.locator(".confirm-panel")
    expect(panel).to_contain_text("Calls of 1 number follow it at once.")
    expect(panel.get_by_role("button", name="Cancel")).to_be_focused()
    assert_accessible(page)
    assert_no_overflow(page)
    office.refresh_from_db()
    assert office.revision == 1
    panel.get_by_role("button", name="Save the calendar").click()
    expect(page.locator("#toasts")).to_contain_text("Saved. Calls of 1 number follow")
    assert_accessible(page)
    screenshot(page, f"calendar versions {page.viewport_size['width']}")
    page.get_by_role("button", name="Undo the last change").click()
    expect(page.locator("#toasts")).to_contain_text("Version 1 is back.")
    office.refresh_from_db()
    assert office.definition == OFFICE


def test_leaving_a_calendar_half_written_asks(page, office):
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(f"/calendars/{office.pk}/edit/")
    page.get_by_label("Tuesday").press_sequentially("17:00-08:00")
    page.get_by_role("link", name="Calendars").first.evaluate("link => link.click()")
    expect(page.get_by_label("Tuesday")).to_have_value("17:00-08:00")
    assert asked == ["beforeunload"]
