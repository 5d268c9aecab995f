"""The tools of the browser tests find what they are there to find."""

import pytest

from tests.support.pages import assert_accessible, assert_no_overflow


def test_both_addresses_answer(page, live):
    for address in (live.portal, live.backoffice):
        response = page.request.get(f"{address}/readyz")
        assert response.ok, response.text()


def test_a_missing_label_is_found(page):
    page.set_content("<html lang=en><title>t</title><main><h1>t</h1><input></main>")
    with pytest.raises(AssertionError, match="label"):
        assert_accessible(page)


def test_a_page_wider_than_the_screen_is_found(phone):
    phone.set_content(
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        "<div style='width: 900px'>wide</div>"
    )
    with pytest.raises(AssertionError, match="too wide"):
        assert_no_overflow(phone)
