"""The plan editor loses nothing that was typed, and stays where one is."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from routing.models import Announcement, PlanVersion
from routing.services import plans
from tests.routing.conftest import make_live, ring
from tests.support.browser import sign_in
from tests.support.pages import assert_accessible


@pytest.fixture
def draft(acme, number, editor):
    """A draft long enough to scroll: r1 rings, then a goodbye, then the end."""
    Announcement.objects.create(
        tenant=acme, slug="closed", name="Closed", language="fr", text="Fermé."
    )
    document = ring("line")
    document["nodes"]["say"] = {
        "type": "announcement",
        "announcement": "closed",
        "exits": {"done": "bye"},
    }
    document["nodes"]["r1"]["exits"] = {"failed": "say"}
    make_live(number, document, editor, now=timezone.now())
    return plans.open_draft(number=number, member=editor)


@pytest.fixture
def open_editor(new_context, draft, editor):
    def opened(**options) -> Page:
        context = new_context(**{"viewport": {"width": 1360, "height": 700}, **options})
        sign_in(context, editor.user, recently=True)
        page = context.new_page()
        page.goto(f"/numbers/{draft.number_id}/plan/?step=r1")
        return page

    return opened


def node(name: str = "r1") -> dict:
    return PlanVersion.objects.get(state="draft").document["nodes"][name]


def expect_saved(page: Page, label: str) -> None:
    expect(page.locator("[data-step=r1]").first).to_contain_text(label)
    assert node()["label"] == label


def save(page: Page, way: str) -> None:
    button = page.get_by_role("button", name="Save the step")
    button.scroll_into_view_if_needed()
    if way == "mouse":
        button.click()
    elif way == "touch":
        button.tap()
    else:
        button.press("Space" if way == "space" else "Enter")


WAYS = ["mouse", "touch", "space", "enter"]


@pytest.mark.parametrize("way", WAYS)
def test_a_saved_step_keeps_the_place_and_the_focus(open_editor, way):
    page = open_editor(has_touch=way == "touch")
    page.locator("#step_label").fill("Front desk")
    page.locator("#save-step").scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    save(page, way)
    expect_saved(page, "Front desk")
    expect(page.locator("#step-state")).to_have_text("Saved.")
    expect(page.locator("#save-step")).to_be_focused()
    assert abs(page.evaluate("scrollY") - before) < 40


@pytest.mark.parametrize("way", WAYS)
def test_a_refused_step_shows_why_first(open_editor, way):
    page = open_editor(has_touch=way == "touch")
    page.locator("#step_label").fill("Front desk")
    page.locator("[name=other-0]").fill("112")
    save(page, way)
    summary = page.locator("#step .problems")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    expect(page.locator("#step_label")).to_have_value("Front desk")
    assert "/plan/?step=r1" in page.url
    assert "label" not in node()
    assert_accessible(page)


def test_choosing_another_step_saves_what_was_typed(open_editor):
    page = open_editor()
    page.locator("#step_label").fill("Front desk")
    expect(page.locator("#step-state")).to_have_text("Not saved yet.")
    page.locator("[data-step=say]").first.click()
    expect(page.locator("#step_announcement")).to_be_visible()
    expect_saved(page, "Front desk")


def test_choosing_another_step_by_keyboard_saves_what_was_typed(open_editor):
    page = open_editor()
    page.locator("#step_label").fill("Front desk")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#step_announcement")).to_be_visible()
    expect_saved(page, "Front desk")


def test_a_refused_change_stays_when_another_step_is_chosen(open_editor):
    page = open_editor()
    page.locator("[name=other-0]").fill("112")
    page.locator("[data-step=say]").first.click()
    expect(page.locator("#step .problems")).to_be_focused()
    expect(page.locator("[name=other-0]")).to_have_value("112")
    page.locator("[data-step=say]").first.click()
    expect(page.locator("#step .problems")).to_be_focused()
    page.get_by_role("link", name="Discard my changes").click()
    expect(page.locator("[name=other-0]")).to_have_value("")
    page.locator("[data-step=say]").first.click()
    expect(page.locator("#step_announcement")).to_be_visible()


def test_adding_a_step_saves_what_was_typed_first(open_editor):
    page = open_editor()
    page.locator("#step_label").fill("Front desk")
    page.locator("#add-kind").select_option("voicemail")
    page.locator("#add-place").select_option("failed")
    page.get_by_role("button", name="Add the step").click()
    expect(page.locator("#step-title")).to_have_text("New step: Voicemail")
    expect_saved(page, "Front desk")
    assert_accessible(page)
    page.get_by_role("button", name="Add this step").click()
    expect(page.locator("#step .problems")).to_contain_text("Say where messages")
    page.locator("#step_announcement").select_option("closed")
    page.locator("#step_mailbox").fill("desk@acme.example")
    page.get_by_role("button", name="Add this step").click()
    expect(page.locator("[data-step=voicemail]").first).to_be_visible()
    assert node("voicemail")["mailbox"] == "desk@acme.example"


def test_nothing_is_published_that_was_not_looked_at(open_editor):
    page = open_editor()
    page.locator("#step_label").fill("Front desk")
    page.get_by_role("button", name="Save the step").click()
    expect_saved(page, "Front desk")
    page.locator("#step_label").fill("Reception")
    page.locator("#publish-comment").fill("New names")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.locator("#publish-now")).to_be_focused()
    expect(page.locator("#publish")).to_contain_text("Reception")
    expect(page.locator("#publish-comment")).to_have_value("New names")
    assert PlanVersion.objects.filter(state="draft").exists()
    page.locator("#publish-now").click()
    page.get_by_text("is live").first.wait_for()
    live = PlanVersion.objects.get(state="live")
    assert live.comment == "New names"
    assert live.document["nodes"]["r1"]["label"] == "Reception"


def test_a_comment_half_typed_outlives_a_saved_step(open_editor):
    page = open_editor()
    page.locator("#publish-comment").fill("New names")
    page.locator("#step_label").fill("Front desk")
    page.get_by_role("button", name="Save the step").click()
    expect_saved(page, "Front desk")
    expect(page.locator("#publish-comment")).to_have_value("New names")


@pytest.mark.parametrize("is_leaving", [True, False])
def test_leaving_the_page_asks_while_something_is_not_saved(open_editor, is_leaving):
    page = open_editor()
    asked = []

    def answer(dialog):
        asked.append(dialog.type)
        dialog.accept() if is_leaving else dialog.dismiss()

    page.on("dialog", answer)
    page.locator("#step_label").press_sequentially("Front desk")
    page.locator(".side").get_by_role("link", name="Numbers", exact=True).click(
        no_wait_after=True
    )
    if is_leaving:
        page.wait_for_url("**/numbers/")
    else:
        expect(page.locator("#step_label")).to_have_value("Front desk")
    assert asked == ["beforeunload"]


def test_a_page_without_changes_is_left_without_a_question(open_editor):
    page = open_editor()
    page.on("dialog", lambda dialog: pytest.fail(dialog.type))
    page.locator("#step_label").press_sequentially("Front desk")
    page.get_by_role("button", name="Save the step").click()
    expect(page.locator("#step-state")).to_have_text("Saved.")
    page.locator(".side").get_by_role("link", name="Numbers", exact=True).click()
    page.wait_for_url("**/numbers/")


def test_what_is_typed_while_a_save_is_on_its_way_is_not_taken_away(open_editor):
    """Nothing can be typed then, and the focus comes back."""
    page = open_editor()
    page.route(
        "**/plan/step/", lambda route: page.wait_for_timeout(600) or route.continue_()
    )
    page.locator("#step_label").fill("Front desk")
    page.locator("#step_label").press("Enter")
    page.wait_for_function("document.querySelector('#editor').inert")
    page.keyboard.type(" more")
    expect_saved(page, "Front desk")
    expect(page.locator("#step_label")).to_have_value("Front desk")
    expect(page.locator("#step_label")).to_be_focused()


def test_an_editor_that_cannot_be_reached_keeps_what_was_typed(open_editor):
    page = open_editor()
    page.locator("#step_label").fill("Front desk")
    page.context.set_offline(True)
    page.locator("[data-step=say]").first.click()
    page.get_by_text("The portal cannot be reached").wait_for()
    expect(page.locator("#step_label")).to_have_value("Front desk")
    page.context.set_offline(False)
    page.locator("[data-step=say]").first.click()
    expect_saved(page, "Front desk")


@pytest.mark.parametrize("kind", ["menu", "queue", "origin", "distribution"])
def test_the_forms_of_branching_steps_are_accessible(open_editor, draft, kind):
    page = open_editor(viewport={"width": 390, "height": 900})
    page.goto(f"/numbers/{draft.number_id}/plan/?add={kind}&step=r1&place=failed#step")
    expect(page.get_by_role("heading", name="New step:")).to_be_visible()
    assert_accessible(page)


def test_a_branch_is_added_by_saving(open_editor, draft):
    page = open_editor()
    page.locator("#add-kind").select_option("origin")
    page.locator("#add-step").click()
    page.get_by_label("Branch 1").fill("mobile")
    page.get_by_label("Numbers that begin with").fill("0475, 0476")
    page.get_by_label("Calls go to").select_option("say")
    page.get_by_role("button", name="Add this step").click()
    expect(page.get_by_label("Branch 2")).to_be_visible()
    assert node("origin")["rules"] == [
        {"prefixes": ["+32475", "+32476"], "exit": "mobile"}
    ]
    assert node("origin")["exits"]["mobile"] == "say"
