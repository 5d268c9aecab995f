"""What every page must hold, asked of a page in the browser."""

import re
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDER_THAN_PAGE = """
() => [...document.querySelectorAll("body *")]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 5)
  .map(e => e.tagName.toLowerCase() + "." + e.className)
"""
OVERFLOW = """
() => document.documentElement.scrollWidth - document.documentElement.clientWidth
"""


RUN_AXE = """
() => axe.run({resultTypes: ["violations"], preload: false})
  .then(found => found.violations)
"""


def assert_accessible(page: Page) -> None:
    """No violation that axe can find, whatever its weight."""
    # A document keeps what was put into it; what axe passes is not asked for.
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN_AXE)
    told = [
        f"{v['id']} ({v['impact']}): {v['help']}\n    "
        + "\n    ".join(node["html"][:160] for node in v["nodes"][:3])
        for v in found
    ]
    assert not found, f"{page.url}\n" + "\n".join(told)


def assert_no_overflow(page: Page) -> None:
    """The page scrolls down, never sideways."""
    surplus = page.evaluate(OVERFLOW)
    assert surplus <= 0, (
        f"{page.url} is {surplus} px too wide: {page.evaluate(WIDER_THAN_PAGE)}"
    )


class Screenshots:
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __call__(self, page: Page, name: str) -> Path:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}.png"
        page.screenshot(path=path, full_page=True)
        return path
