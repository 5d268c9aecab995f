"""The button that sends calls elsewhere says which, where to and until when."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from numbers.models import Line, ServiceOption, Site
from routing.models import Override, Redirection
from tests.routing.conftest import MOBILE
from tests.support.browser import sign_in
from tests.support.pages import assert_accessible, assert_no_overflow

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.fixture
def liege(acme):
    site = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=site, e164="+3242223344")


@pytest.fixture
def covered(contract, site, make_number):
    return make_number(contract, site, "+3225501208", ServiceOption.VOICE_CONTINUITY)


@pytest.fixture
def page(new_context, liege, operator_member):
    context = new_context(timezone_id="America/New_York")
    sign_in(context, operator_member.user)
    return context.new_page()


def ends(hours: int) -> str:
    """What the clock shows in Belgium: the browser's own zone is another."""
    now = timezone.now().astimezone(BRUSSELS)
    end = now + dt.timedelta(hours=hours)
    return f"{end:%H:%M}" if end.date() == now.date() else f"{end:%d/%m %H:%M}"


def test_the_button_says_the_whole_act(page, number):
    page.goto(f"/numbers/{number.pk}/divert/")
    button = page.locator("#divert button")
    expect(button).to_have_text("Divert +32 2 550 12 00")
    expect(page.get_by_text("for 4 hours")).to_be_visible()
    page.get_by_label("Send calls to").select_option("site:liege")
    expect(button).to_have_text(f"Divert +32 2 550 12 00 to Site Liège until {ends(4)}")
    page.get_by_label("until I stop it").check()
    expect(button).to_have_text(
        "Divert +32 2 550 12 00 to Site Liège until somebody stops it"
    )
    page.get_by_label("Or to another number").fill("0470 11 22 33")
    page.get_by_label("for 1 hour").check()
    expect(button).to_have_text(
        f"Divert +32 2 550 12 00 to 0470 11 22 33 until {ends(1)}"
    )
    page.get_by_label("until the time below").check()
    page.get_by_label("Day and time").fill("2031-02-03T04:05")
    expect(button).to_have_text(
        "Divert +32 2 550 12 00 to 0470 11 22 33 until 03/02/2031 04:05"
    )
    last = page.locator("#divert form :is(input:not([type=hidden]), select, button)")
    assert last.last.evaluate("element => element.tagName") == "BUTTON"
    assert_accessible(page)
    assert_no_overflow(page)


def test_a_press_without_a_destination_diverts_nothing(page, number, operator_member):
    page.goto(f"/numbers/{number.pk}/divert/")
    page.locator("#divert button").click()
    expect(page.locator("#divert .problems")).to_be_focused()
    expect(page.locator("#divert .problems")).to_contain_text("Say where the calls go.")
    assert not Override.objects.exists()


def test_several_numbers_are_named_by_the_button(
    page, number, contract, site, make_number
):
    other = make_number(contract, site, "+3225501201", label="Versammlungsraum" * 5)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/numbers/divert/?ids={number.pk}&ids={other.pk}")
    button = page.locator("main form button")
    expect(button).to_have_text("Divert 2 numbers")
    assert_no_overflow(page)
    page.get_by_label("Send calls to").select_option("site:liege")
    expect(button).to_have_text(f"Divert 2 numbers to Site Liège until {ends(4)}")


def test_a_switch_on_the_phone_says_the_whole_act(page, covered):
    page.goto("/m/")
    switch = page.locator(".big-switch")
    expect(switch).to_contain_text("Divert calls")
    page.get_by_label("Send calls to").select_option("site:liege")
    expect(switch).to_contain_text(f"Divert calls to Site Liège until {ends(4)}")


def test_a_continuity_switch_says_the_whole_act(page, covered):
    Redirection.objects.create(
        tenant=covered.tenant, number=covered, kind="cfu", destination=MOBILE
    )
    page.goto(f"/numbers/{covered.pk}/")
    row = page.locator("#redirection-cfu")
    row.locator("summary").click()
    expect(row.get_by_label("Send calls to")).to_have_value("")
    button = row.locator("[name=act]").first
    expect(button).to_have_text("Switch on now")
    row.get_by_label("Send calls to").select_option(MOBILE)
    expect(button).to_have_text(f"Switch on: to +32 470 11 22 33 until {ends(4)}")


@pytest.fixture
def many(contract, site, make_number):
    return [make_number(contract, site, f"+322550{n}") for n in range(1300, 1325)]


def test_a_switch_changes_its_card_in_place(page, many):
    page.goto("/m/?page=2")
    card = page.locator(f"#number-{many[-1].pk}")
    card.get_by_label("Send calls to").select_option("site:liege")
    card.locator(".big-switch").scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 0
    card.locator(".big-switch").click()
    expect(card.locator(".big-switch")).to_have_attribute("aria-pressed", "true")
    expect(card.locator(".big-switch")).to_be_focused()
    expect(card).to_contain_text("Liège")
    expect(page.locator("#toasts")).to_contain_text("+32 2 550 13 24")
    assert page.url.endswith("/m/?page=2")
    assert abs(page.evaluate("scrollY") - before) < 300
    expect(card).to_be_in_viewport()
    page.goto("/m/")
    expect(page.locator(".phone-card h2").first).to_have_text("+32 2 550 13 24")
    card = page.locator(f"#number-{many[-1].pk}")
    card.locator(".big-switch").click()
    expect(card.locator(".big-switch")).to_have_attribute("aria-pressed", "false")


def test_a_refused_switch_keeps_its_card_and_says_why(page, many):
    page.goto("/m/?page=2")
    card = page.locator(f"#number-{many[-1].pk}")
    card.locator(".big-switch").click()
    expect(card.locator(".problems")).to_be_focused()
    expect(card).to_contain_text("Say where the calls go.")
