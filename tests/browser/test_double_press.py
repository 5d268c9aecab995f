"""Whoever presses twice acts once, and sees that something is under way."""

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from numbers.models import Site
from routing.models import Announcement, Override
from tenants.models import ApiToken
from tests.support.browser import sign_in


def slowly(route: Route) -> None:
    time.sleep(0.6)
    route.continue_()


@pytest.fixture
def page(new_context, editor) -> Page:
    context = new_context()
    sign_in(context, editor.user)
    return context.new_page()


def slowed(page: Page) -> Page:
    """A page whose forms take a while to arrive."""
    page.route(
        "**/*",
        lambda route: (
            slowly(route) if route.request.method == "POST" else route.continue_()
        ),
    )
    return page


@pytest.fixture
def slow(page: Page) -> Page:
    return slowed(page)


def test_a_token_asked_for_twice_is_made_once(slow):
    slow.goto("/tokens/")
    slow.locator("#id_name").fill("Reports")
    slow.locator("[name=scopes]").first.check()
    button = slow.get_by_role("button", name="Create the token")
    twice = "b => { b.click(); b.click(); return b.dataset.pressed }"
    assert button.evaluate(twice) == ""
    expect(slow.locator("#secret")).to_have_value(re.compile("vms_"))
    assert ApiToken.objects.count() == 1


def test_a_second_press_in_the_back_office_sends_nothing(
    new_context, live, staff, acme
):
    context = new_context(base_url=live.backoffice)
    sign_in(context, staff, "backoffice")
    page = slowed(context.new_page())
    page.goto("/numbers/site/add/")
    sent = []
    page.on("request", lambda one: sent.append(one) if one.method == "POST" else None)
    choose = "(box, key) => box.append(new Option('Acme', key, true, true))"
    page.locator("#id_tenant").evaluate(choose, acme.pk)
    page.locator("#id_name").press_sequentially("Depot")
    expect(page.locator("#id_slug")).to_have_value("depot")
    twice = "b => { b.click(); setTimeout(() => b.click(), 200); }"
    page.locator("[name=_save]").evaluate(twice)
    expect(page.locator(".messagelist")).to_be_visible()
    assert len(sent) == 1
    assert Site.objects.get().slug == "depot"


def test_enter_twice_saves_an_announcement_once(slow):
    slow.goto("/announcements/add/")
    slow.locator("[name=text-fr]").fill("Bonjour.")
    slow.locator("#id_name").fill("Welcome")
    slow.keyboard.press("Enter")
    slow.keyboard.press("Enter")
    expect(slow.locator("#toasts")).to_contain_text("Saved.")
    assert Announcement.objects.count() == 1


def test_a_form_can_be_sent_again_after_going_back(page):
    page.goto("/announcements/add/")
    page.locator("[name=text-fr]").fill("Bonjour.")
    for name in ("Welcome", "Good day"):
        page.locator("#id_name").fill(name)
        page.get_by_role("button", name="Save the announcement").click()
        expect(page.locator("#toasts")).to_contain_text("Saved.")
        page.go_back()
        expect(page.locator("form[data-sent]")).to_have_count(0)
        page.locator("[name=text-fr]").fill("Bonjour.")
    assert Announcement.objects.count() == 2


def test_a_second_press_on_the_phone_does_not_turn_the_switch_back(page, number):
    page.goto("/m/")
    page.evaluate(
        """() => document.addEventListener("htmx:afterSwap", () =>
             document.querySelector(".big-switch").click())"""
    )
    page.locator(".phone-card summary").click()
    page.locator("[name$=-other]").fill("0470 11 22 33")
    page.locator(".big-switch").click()
    expect(page.locator(".big-switch")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(1000)
    assert Override.objects.get().ended_at is None
    page.locator(".big-switch").click()
    expect(page.locator(".big-switch")).to_have_attribute("aria-pressed", "false")
