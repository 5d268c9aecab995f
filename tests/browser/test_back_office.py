"""Every page of the back office that a link leads to: accessible, never too wide."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from tests.support import validators
from tests.support.browser import sign_in
from tests.support.october import NOW
from tests.support.pages import assert_accessible, assert_no_overflow

SIZES = [(320, 640), (390, 844), (768, 1024), (1360, 900)]
# What may neither lie on another of these nor leave the sheet it is on.
LAID_OUT = """() => {
  const box = (e) => e.getBoundingClientRect();
  const shown = (e) => box(e).width > 0 && box(e).height > 0;
  const all = (s) => [...document.querySelectorAll(s)].filter(shown);
  const text = (e) => e.textContent.trim().slice(0, 30);
  const named = (e) => `${e.tagName} ${e.id || e.className} ${text(e)}`;
  const parts = all("#header, h1, .object-tools, #content .module, .submit-row");
  const found = [];
  for (const [n, one] of parts.entries()) for (const two of parts.slice(n + 1)) {
    if (one.contains(two) || two.contains(one)) continue;
    const [a, b] = [box(one), box(two)];
    const beside = a.right <= b.left + 1 || b.right <= a.left + 1;
    if (!beside && a.bottom > b.top + 1 && b.bottom > a.top + 1)
      found.push(`${named(one)} lies on ${named(two)}`);
  }
  for (const one of all("#header #user-tools, #header #site-name")) {
    if (box(one).bottom > box(document.getElementById("header")).bottom + 1)
      found.push(`${named(one)} leaves the header`);
  }
  const held = ".form-row label, .select2-container, #changelist .actions select";
  for (const one of all(held)) {
    const sheet = box(one.closest(".module, #changelist"));
    if (box(one).left < sheet.left + 6 || box(one).right > sheet.right + 1)
      found.push(`${named(one)} at the edge of its sheet`);
  }
  return found;
}"""
# Of each kind of page one; the others differ in their rows only.
KIND = re.compile(r"\d+")
# Files, and pages that are the portal's as well.
ELSEWHERE = ("pdf", "zip", "csv", "example", "logout", "/account/", "/demo/")
FEWEST = 45


@pytest.fixture
def office(new_context, live, october, staff) -> Page:
    """Robin in the back office, October closed."""
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    context = new_context(base_url=live.backoffice)
    sign_in(context, staff, "backoffice", recently=True)
    return context.new_page()


def walk(page: Page) -> Iterator[str]:
    """Open the first page of each kind that links lead to; yield its path."""
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop(0)
        kind = KIND.sub("N", path)
        if kind in seen or any(part in path for part in ELSEWHERE):
            continue
        seen.add(kind)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        yield path
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        own = urlsplit(page.url).netloc
        waiting += [url.path for url in map(urlsplit, links) if url.netloc == own]


def test_every_page_that_a_link_leads_to(office, screenshot):
    opened = []
    for path in walk(office):
        opened.append(path)
        for width, height in SIZES:
            office.set_viewport_size({"width": width, "height": height})
            assert_no_overflow(office)
            assert office.evaluate(LAID_OUT) == [], f"{path} at {width} px"
        # The names of things do not change with the width.
        assert_accessible(office)
        screenshot(office, f"back office {KIND.sub('n', path)}")
    assert len(opened) >= FEWEST, opened


@pytest.mark.nightly
@validators.needs_vnu
def test_the_markup_of_every_page(office, tmp_path):
    for path in walk(office):
        name = KIND.sub("n", path).strip("/").replace("/", " ") or "start"
        body = office.request.get(path).body()
        (tmp_path / f"{name}.html").write_bytes(body)
    assert validators.vnu(tmp_path) == []


@pytest.mark.nightly
@validators.needs_vnu
def test_markup_that_is_wrong_is_found(tmp_path):
    (tmp_path / "wrong.html").write_text("<!DOCTYPE html><title>x</title><p><div>")
    assert any("wrong.html" in line for line in validators.vnu(tmp_path))
