"""No field has letters below 16 px on a phone: it would zoom in and stay there."""

from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.conftest import PHONE
from tests.browser.test_back_office import walk
from tests.support.browser import sign_in
from tests.support.every_page import (
    ACCOUNT,
    PASSWORD,
    account_address,
    customer_address,
    customer_pages,
    make_people,
)

SMALL = """
() => [...document.querySelectorAll("input, select, textarea")]
  .filter(e => parseFloat(getComputedStyle(e).fontSize) < 16)
  .map(e => e.outerHTML.slice(0, 120) + getComputedStyle(e).fontSize)
"""
TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


def assert_large(page: Page) -> None:
    small = page.evaluate(SMALL)
    assert not small, f"{page.url}\n" + "\n".join(small)


def test_every_field_of_the_portal(new_context, world):
    people = make_people(world)
    pages = {"visitor": new_context(**TOUCH).new_page()}
    for who in ("admin", "plain", "bare"):
        context = new_context(**TOUCH)
        sign_in(context, getattr(people, who), recently=True)
        pages[who] = context.new_page()
    for name in customer_pages():
        pages["admin"].goto(customer_address(name, world))
        assert_large(pages["admin"])
    for name, (who, _kwargs) in ACCOUNT.items():
        pages[who].goto(account_address(name, world, people))
        assert_large(pages[who])


def test_the_second_step(new_context, world):
    people = make_people(world)
    page = new_context(**TOUCH).new_page()
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(people.admin.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("input[name=code]").wait_for()
    assert_large(page)


def test_every_field_of_the_back_office(new_context, live, october, staff):
    context = new_context(base_url=live.backoffice, **TOUCH)
    page = context.new_page()
    page.goto("/account/login/")
    assert_large(page)
    sign_in(context, staff, "backoffice", recently=True)
    for _path in walk(page):
        assert_large(page)


def test_the_editor_and_a_diversion(new_context, world):
    context = new_context(**TOUCH)
    sign_in(context, world.members["editor"].user)
    page = context.new_page()
    page.goto(reverse("routing:plan_edit", args=[world.number.pk]))
    for kind in ("schedule", "ring", "announcement", "forward", "voicemail"):
        page.goto(page.url.partition("?")[0] + f"?add={kind}&place=")
        assert_large(page)
    page.goto(reverse("routing:divert", args=[world.number.pk]))
    assert_large(page)
