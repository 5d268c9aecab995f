"""Every page of the portal, also the next one: accessible and never too wide."""

import pytest
from playwright.sync_api import Page

from tests.support import validators
from tests.support.browser import sign_in
from tests.support.clients import ProcessClient
from tests.support.every_page import (
    ACCOUNT,
    ELSEWHERE,
    NO_PAGES,
    PASSWORD,
    account_address,
    customer_address,
    customer_pages,
    make_people,
)
from tests.support.pages import assert_accessible, assert_no_overflow
from tests.support.routes import ROUTES
from tests.support.walk import names

SIZES = [(320, 640), (390, 844), (1360, 900)]
LANGUAGES = ["fr", "nl", "de"]
ERRORS = ["400", "403", "csrf", "404", "500", "503"]


@pytest.fixture
def people(world):
    return make_people(world)


@pytest.fixture
def as_person(new_context, people):
    """``as_person("admin")`` is a page of somebody who signed in a moment ago."""

    def make(who: str, **options) -> Page:
        context = new_context(**options)
        if who != "visitor":
            sign_in(context, getattr(people, who), recently=True)
        return context.new_page()

    return make


def check(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, f"{address}: {answer.status}"
    assert page.url.endswith(address) or "reset/key" in address, page.url
    if page.locator("[hx-trigger*=load]").count():
        page.wait_for_load_state("networkidle")
    for folded in page.locator("details.folded").all():
        folded.evaluate("element => element.open = true")


def check_sizes(page: Page, name: str, screenshot) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert_no_overflow(page)
        assert_accessible(page)
        screenshot(page, f"page {name} {width}")


def test_every_address_is_opened_by_somebody():
    """A page nobody opens here would never be looked at."""
    portal = set(names("tests.support.demo_urls")) | set(
        names("vms_portal.urls.portal")
    )
    opened = {*customer_pages(), *ACCOUNT, *ELSEWHERE, *NO_PAGES}
    acts = {name for name, route in ROUTES.items() if not route.GET}
    apis = {name for name in portal if name.startswith("api:")}
    assert portal - opened - acts - apis == set()
    assert opened - portal == set()


def test_every_page_of_a_customer(as_person, world, screenshot):
    page = as_person("admin")
    for name in customer_pages():
        check(page, customer_address(name, world))
        check_sizes(page, name, screenshot)


def test_every_page_of_ones_account(as_person, world, people, screenshot):
    pages = {who: as_person(who) for who in ("visitor", "admin", "plain", "bare")}
    for name, (who, _kwargs) in ACCOUNT.items():
        check(pages[who], account_address(name, world, people))
        check_sizes(pages[who], name, screenshot)


@pytest.mark.nightly
@validators.needs_vnu
def test_the_markup_of_every_page(as_person, world, people, tmp_path):
    """As served, and once more with the parts that a page loads by itself."""
    pages = {who: as_person(who) for who in ("visitor", "admin", "plain", "bare")}
    places = [
        ("admin", name, customer_address(name, world)) for name in customer_pages()
    ]
    places += [
        (who, name, account_address(name, world, people))
        for name, (who, _kwargs) in ACCOUNT.items()
    ]
    for who, name, address in places:
        page = pages[who]
        file = tmp_path / name.replace(":", " ")
        answer = page.goto(address)
        file.with_suffix(".html").write_bytes(answer.body())
        if page.locator("[hx-trigger*=load]").count():
            page.wait_for_load_state("networkidle")
            file.with_suffix(".loaded.html").write_text(page.content())
    assert validators.vnu(tmp_path) == []


def test_the_second_step(as_person, people, screenshot):
    page = as_person("visitor")
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(people.admin.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("input[name=code]").wait_for()
    check_sizes(page, "mfa_authenticate", screenshot)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_the_other_languages(as_person, world, people, language):
    """The longest words on the narrowest screen."""
    people.admin.language = language
    people.admin.save()
    page = as_person("admin", viewport={"width": 320, "height": 640}, locale=language)
    turn = LANGUAGES.index(language)
    for number, name in enumerate(customer_pages()):
        check(page, customer_address(name, world))
        assert page.locator("html").get_attribute("lang") == language
        assert_no_overflow(page)
        # What axe sees differs in words only: each page in one more language.
        if number % len(LANGUAGES) == turn:
            assert_accessible(page)


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_page(page, viewer, acting_as, live, screenshot, kind):
    """Rendered as the portal does, shown in the place it would appear."""
    client = ProcessClient("portal", acting_as, raise_request_exception=False)
    client.urlconf = "tests.support.error_urls"
    client.force_login(viewer.user)
    answer = client.get(f"/fail/{kind}/")
    page.route(
        f"**/fail/{kind}/",
        lambda route: route.fulfill(
            status=200, body=answer.content, content_type="text/html"
        ),
    )
    page.goto(f"/fail/{kind}/")
    check_sizes(page, f"error {kind}", screenshot)
