"""A live portal, back office and Celery worker, and a browser to use them.

The processes are the real ones, on this test worker's own database. All browser
tests run on one worker of pytest-xdist, so they are started once.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.live import Live, start_live
from tests.support.pages import Screenshots
from tests.support.world import World
from vms_portal.devstack.packages import find_chromium

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Playwright's synchronous interface keeps an event loop in this thread; Django's
# guard against blocking one does not apply to it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1360, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Real processes see only what a test has committed."""
    item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture
def world(db) -> World:
    world = World("47", "Ourselves")
    world.everything()
    return world


@pytest.fixture(scope="session")
def live(test_database_name: str, tmp_path_factory) -> Iterator[Live]:
    """The running processes: ``live.portal`` and ``live.backoffice`` are addresses."""
    with start_live(test_database_name, tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS, headless=True
        )
        yield chromium
        chromium.close()


@pytest.fixture
def new_context(
    browser: Browser, live: Live, db
) -> Iterator[Callable[..., BrowserContext]]:
    """Another person's browser: its own cookies, size and language."""
    contexts = []

    def make(**options) -> BrowserContext:
        values = {"viewport": DESKTOP, "locale": "en-GB", "base_url": live.portal}
        context = browser.new_context(**{**values, **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_context) -> Page:
    return new_context().new_page()


@pytest.fixture
def phone(new_context) -> Page:
    """A 390 px wide page of a touch device."""
    return new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()


@pytest.fixture
def screenshot() -> Screenshots:
    """``screenshot(page, "home")`` writes var/screenshots/home.png."""
    return Screenshots(
        Path(os.environ.get("VMS_SCREENSHOTS", ROOT / "var/screenshots"))
    )
