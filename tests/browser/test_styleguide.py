"""The look itself, in a real browser: every component, every width, light and dark."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import assert_accessible, assert_no_overflow

PATH = "/styleguide/"
CLIPPED = """
() => [...document.querySelectorAll("main *")]
  .filter(e => !e.children.length && e.textContent.trim() && !e.closest("svg, select"))
  .filter(e => !e.matches("textarea, .visually-hidden, .visually-hidden *, caption"))
  .filter(e => e.scrollWidth > e.clientWidth + 1
               && getComputedStyle(e).overflowX !== "visible")
  .map(e => e.textContent.trim().slice(0, 60))
"""


@pytest.fixture
def guide(new_context):
    def open_at(width: int = 1360, scheme: str = "light", **options) -> Page:
        size = {"width": width, "height": 900}
        context = new_context(viewport=size, color_scheme=scheme, **options)
        page = context.new_page()
        page.goto(PATH)
        return page

    return open_at


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1360])
def test_every_component_fits_and_is_accessible(guide, screenshot, width, scheme):
    page = guide(width, scheme)
    expect(page.locator(".diagram svg .diagram-node").first).to_be_visible()
    for question in page.locator("details.confirm > summary").all():
        question.click()
    assert_no_overflow(page)
    assert_accessible(page)
    assert page.evaluate(CLIPPED) == []
    screenshot(page, f"style guide {width} {scheme}")


def test_it_works_without_script(guide):
    page = guide(320, java_script_enabled=False)
    expect(page.get_by_role("heading", name="Style guide")).to_be_visible()
    page.get_by_text("Divert 3 numbers").click()
    expect(page.get_by_role("button", name="Divert now")).to_be_visible()
    expect(page.locator(".toast-close").first).to_be_hidden()


def test_nothing_is_refused_by_the_policy(guide):
    page = guide()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.reload()
    page.wait_for_load_state("networkidle")
    assert problems == []


def test_light_or_dark_is_remembered(new_context):
    page = new_context(color_scheme="light").new_page()
    page.goto(PATH)
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.evaluate("localStorage.setItem('theme', 'dark')")
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.evaluate(background) != light


def test_the_diagram_lights_todays_path_and_writes_labels_inside_their_boxes(guide):
    page = guide()
    expect(page.locator(".diagram-node")).to_have_count(8)
    expect(page.locator(".diagram-node.is-lit")).to_have_count(4)
    expect(page.locator(".diagram svg")).to_have_attribute("aria-hidden", "true")
    surplus = page.evaluate(
        """() => [...document.querySelectorAll(".diagram-node")].flatMap(node => {
            const box = node.querySelector("rect").getBoundingClientRect();
            return [...node.querySelectorAll("text")]
              .filter(t => t.getBoundingClientRect().right > box.right - 4
                        || t.getBoundingClientRect().bottom > box.bottom)
              .map(t => t.textContent);
        })"""
    )
    assert surplus == []


def test_escape_closes_a_question_and_returns_to_its_button(guide):
    page = guide()
    button = page.locator("summary", has_text="Invoke the plan")
    button.click()
    expect(page.get_by_label("Type INVOKE to confirm")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_a_message_can_be_closed(guide):
    page = guide()
    notes = page.locator(".toast-note:visible")
    before = notes.count()
    page.get_by_role("button", name="Close this message").first.click()
    expect(notes).to_have_count(before - 1)
    expect(page.locator("#content")).to_be_focused()
