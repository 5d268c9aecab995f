"""Signing in and its surroundings, in four languages and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.support.pages import assert_accessible, assert_no_overflow

PAGES = ["login/", "password/reset/", "password/reset/done/"]


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
@pytest.mark.parametrize("width", [320, 1360])
def test_the_way_in_is_accessible_in_every_language(new_context, language, width):
    size = {"width": width, "height": 900}
    page = new_context(viewport=size, locale=language).new_page()
    for path in [f"/account/{path}" for path in PAGES] + ["/no/such/page/", "/demo/"]:
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == language
        assert_no_overflow(page)
        assert_accessible(page)


def test_the_language_menu_works_with_the_keyboard(page):
    page.goto("/account/login/")
    page.locator("summary", has_text="EN").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Nederlands").click()
    expect(page.locator("html")).to_have_attribute("lang", "nl")


def test_the_first_key_stop_skips_to_the_content(page):
    page.goto("/account/login/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
