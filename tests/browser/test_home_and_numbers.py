"""Home, numbers and sites on a desk and on a phone, for everybody's eyes."""

import datetime as dt

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from numbers.models import GeographicNumber, Site
from numbers.services import checklist
from tenants.audit.record import record
from tests.support.browser import sign_in
from tests.support.pages import assert_accessible, assert_no_overflow

WIDTHS = [(320, 640)]
LONG = "Reception of the annex behind the old station, second floor, room 2.14 (late)"
UNBROKEN = (
    "Maschinenbauunteroffiziersanwärterversammlungsraumreservierungsstelle-Lüttich"
)


@pytest.fixture
def numbers(admin, contract, site, make_number):
    site.street, site.postal_code, site.city = "Quai des Usines 112", "1000", "Brussels"
    site.save()
    far = Site.objects.create(tenant=admin.tenant, name=UNBROKEN, slug="luettich")
    made = [make_number(contract, site, "+3225501200", label=LONG)]
    made += [make_number(contract, site, f"+32255012{i:02d}") for i in range(1, 52)]
    made += [make_number(contract, far, "+3242501300", option="DRS", label="Desk")]
    GeographicNumber.objects.filter(pk=made[2].pk).update(
        suspended_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    )
    with transaction.atomic():
        record(actor=admin, action="number.diverted", target=made[0])
        record(actor=admin, action="site.changed", target=far)
    checklist.tick(admin, "number")
    return made


def pages(number, editor):
    return {
        "home": "/",
        "numbers": "/numbers/",
        "numbers page 2": "/numbers/?page=2",
        "numbers nothing found": "/numbers/?q=nowhere",
        "number label": reverse("numbers:number_label", args=[number.pk]),
        "sites": "/sites/",
        "site edit": reverse("numbers:site_edit", args=[number.site_id]),
        "member access": reverse("numbers:member_access", args=[editor.pk]),
    }


def settle(page):
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_every_page_fits_and_can_be_used_by_everybody(
    new_context, admin, editor, numbers, screenshot, width, height
):
    context = new_context(viewport={"width": width, "height": height})
    sign_in(context, admin.user)
    page = context.new_page()
    for name, url in pages(numbers[0], editor).items():
        page.goto(url)
        settle(page)
        screenshot(page, f"{name} {width}")
        assert_no_overflow(page)
        assert_accessible(page)


@pytest.mark.parametrize("scheme", ["dark"])
def test_the_pages_in_the_dark(new_context, admin, editor, numbers, screenshot, scheme):
    context = new_context(color_scheme=scheme)
    sign_in(context, admin.user)
    page = context.new_page()
    for name in ("home", "numbers", "sites"):
        page.goto(pages(numbers[0], editor)[name])
        settle(page)
        screenshot(page, f"{name} {scheme}")
        assert_accessible(page)


def test_a_number_is_found_from_anywhere_with_the_slash(page, admin, numbers):
    sign_in(page.context, admin.user)
    page.goto("/sites/")
    page.keyboard.press("/")
    page.keyboard.type("04 250 13")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="+32 4 250 13 00")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)


def test_a_label_is_changed_in_the_list_with_the_keyboard(page, admin, numbers):
    sign_in(page.context, admin.user)
    page.goto("/numbers/?q=04+250")
    page.get_by_role("link", name="Change the label of +32 4 250 13 00").press("Enter")
    field = page.get_by_role("textbox", name="Label of +32 4 250 13 00")
    expect(field).to_be_focused()
    field.fill("Night desk")
    field.press("Enter")
    expect(page.get_by_text("Night desk")).to_be_visible()
    numbers[-1].refresh_from_db()
    assert numbers[-1].label == "Night desk"
    pencil = page.get_by_role("link", name="Change the label of +32 4 250 13 00")
    expect(pencil).to_be_focused()


def test_rows_are_selected_all_at_once(page, admin, numbers):
    sign_in(page.context, admin.user)
    page.goto("/numbers/")
    button = page.get_by_role("button", name="Divert the selected numbers")
    expect(button).to_be_disabled()
    page.get_by_label("Select all numbers of this page").check()
    expect(page.get_by_text("Selected: 49")).to_be_visible()
    page.get_by_label("Select +32 2 550 12 00").uncheck()
    expect(page.get_by_text("Selected: 48")).to_be_visible()
    expect(button).to_be_enabled()


def test_the_first_steps_are_put_away(page, admin, numbers):
    sign_in(page.context, admin.user)
    page.goto("/")
    expect(page.get_by_text("2 of 5")).to_be_visible()
    page.get_by_role("button", name="Hide this list").click()
    expect(page.get_by_role("heading", name="First steps")).to_have_count(0)


def test_the_list_works_without_script(new_context, admin, numbers):
    context = new_context(java_script_enabled=False)
    sign_in(context, admin.user)
    page = context.new_page()
    page.goto("/numbers/")
    page.get_by_label("Number, label or site").fill("02/550.12.00")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Change the label of +32 2 550 12 00").click()
    page.get_by_label("label").fill("Reception")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The label of +32 2 550 12 00 is changed.")).to_be_visible()
