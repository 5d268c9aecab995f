"""Calls and figures on a desk and on a phone, for everybody's eyes."""

import datetime as dt
import random
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.support.browser import sign_in
from tests.support.calls import make_call
from tests.support.pages import assert_accessible, assert_no_overflow
from vms_portal.kernel.local_time import local_date

WIDTHS = [(320, 640)]
LONG = "Reception of the annex behind the old station, second floor, room 2.14 (late)"
UNBROKEN = "Maschinenbauversammlungsraumreservierung" * 2
WORDS = {
    "answered": 8,
    "busy": 1,
    "no_answer": 2,
    "unreachable": 1,
    "abandoned": 2,
    "voicemail": 1,
    "rejected": 1,
}


@pytest.fixture
def calls(number, contract, site, make_number):
    """Some sixty calls of the last two weeks, one of them long and eventful."""
    number.label = LONG
    number.save()
    other = make_number(contract, site, "+3225501201", label=UNBROKEN)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(minutes=10)
    dice = random.Random(7)
    for n in range(60):
        at = now - dt.timedelta(hours=n * n / 25)
        outcome = dice.choices(list(WORDS), list(WORDS.values()))[0]
        answered = at + dt.timedelta(seconds=dice.randint(3, 30))
        is_answered = outcome == "answered"
        make_call(
            dice.choice([number, other]),
            at,
            outcome=outcome,
            treatment=dice.choice(["direct", "direct", "rerouted"]),
            destination=dice.choice(["line", "+32470112233", "site:brussels"]),
            ringing_at=at + dt.timedelta(seconds=1),
            answered_at=answered if is_answered else None,
            ended_at=answered + dt.timedelta(seconds=200 if is_answered else 1),
            caller="" if n % 9 == 0 else f"+3247512{n:04d}",
        )
    return eventful(number, now - dt.timedelta(minutes=1))


def eventful(number, at):
    def leg(seconds, node, destination, outcome, **more):
        moment = at + dt.timedelta(seconds=seconds)
        return {
            "at": moment.isoformat(),
            "node": node,
            "destination": destination,
            "outcome": outcome,
            **more,
        }

    return make_call(
        number,
        at,
        treatment="rerouted",
        outcome="answered",
        plan_version=4,
        destination="queue:" + "Customer-service-and-complaints-department" * 2,
        ringing_at=at + dt.timedelta(seconds=2),
        answered_at=at + dt.timedelta(seconds=63),
        ended_at=at + dt.timedelta(seconds=390),
        legs=[
            leg(0, "hours", "", "", because={"code": "other_origin", "params": {}}),
            leg(1, "r1", "site:brussels", "no_answer"),
            leg(21, "r2", "+3242223344", "busy"),
            leg(22, "welcome", "announcement:" + "Welcome" * 20, "done"),
            leg(30, "q", "queue:" + "Customer-service" * 8, "answered"),
        ],
    )


def pages(call):
    detail = [local_date(call.started_at).isoformat(), call.pk]
    return {
        "calls": "/calls/",
        "calls nothing found": "/calls/?outcome=failed&period=today",
        "calls wrong filter": "/calls/?q=Jan&period=own",
        "call": reverse("traffic:call_detail", args=detail),
        "statistics": "/statistics/",
        "statistics 30 days": "/statistics/?period=days30",
    }


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_every_page_fits_and_is_accessible(
    new_context, screenshot, editor, calls, width, height
):
    context = new_context(viewport={"width": width, "height": height})
    sign_in(context, editor.user)
    page = context.new_page()
    for name, address in pages(calls).items():
        response = page.goto(address)
        assert response is not None
        assert response.status == 200
        for folded in page.locator("details.folded").all():
            folded.evaluate("element => element.open = true")
        screenshot(page, f"{name} {width}")
        assert_accessible(page)
        assert_no_overflow(page)


def test_the_list_narrows_and_leads_to_a_call(new_context, viewer, calls):
    context = new_context()
    sign_in(context, viewer.user)
    page = context.new_page()
    page.goto("/calls/")
    assert page.locator("tbody tr").count() == 50
    assert "••" in page.locator("tbody").inner_text()

    page.get_by_label("Called number or caller").fill("02 550 12 01")
    page.get_by_role("button", name="Show calls").click()

    page.wait_for_url("**q=02*")
    shown = page.locator("tbody tr")
    assert 0 < shown.count() < 50
    assert all("550 12 01" in row.inner_text() for row in shown.all())
    shown.first.get_by_role("link").click()
    page.wait_for_url("**/calls/20**")
    assert page.get_by_role("heading", level=1).inner_text().endswith("550 12 01")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en-GB", "Sat,? 28 Nov 2026"),
        ("fr", "sam. 28 nov. 2026"),
        ("nl", "za 28 nov 2026"),
        ("de", "Sa., 28. Nov. 2026"),
    ],
)
def test_a_day_of_a_picker_stands_beside_it_in_words(
    new_context, viewer, language, words
):
    """The picker itself writes 11/28 or 28/11, as the browser's maker chose."""
    viewer.user.language = language[:2]
    viewer.user.save()
    context = new_context(locale=language)
    sign_in(context, viewer.user)
    page = context.new_page()
    page.goto("/statistics/?period=own&first=2026-11-28&last=2026-11-28")
    field = page.locator("[name=first]")
    expect(field.locator("+ [data-day]")).to_have_text(re.compile(words))
    field.fill("")
    expect(field.locator("+ [data-day]")).to_have_text("")
