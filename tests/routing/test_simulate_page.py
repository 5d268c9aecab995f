"""The simulator of a number: the path, the reasons, and no trace of having asked."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from routing.forms import moments
from routing.models import Override, PlanVersion
from routing.services import plans
from tests.routing.conftest import MOBILE, make_live, ring, schedule

OPEN = "2026-11-23T10:15"  # a Monday
CLOSED = "2026-11-23T20:00"


def ask(client, number, **fields):
    url = reverse("routing:simulate", args=[number.pk])
    return client.get(url, {"caller": "0475 12 34 56", "at": OPEN, **fields})


def test_it_says_where_the_call_went_and_why(client, library, number, viewer, editor):
    make_live(number, schedule(MOBILE), editor)
    client.force_login(viewer.user)
    text = ask(client, number).content.decode()
    assert "answered at +32 470 11 22 33" in text.replace("\xa0", " ")
    assert "08:30-12:00" in text
    assert "outside the hours" in ask(client, number, at=CLOSED).content.decode()


def test_outcomes_change_the_path_and_light_it(client, library, number, editor):
    make_live(number, ring(MOBILE), editor)
    client.force_login(editor.user)
    answer = ask(client, number, **{"outcome-0": "busy"})
    assert answer.context["answer"]["result"] == "hangup"
    lit = {n["id"] for n in answer.context["lit"]["nodes"] if n["lit"]}
    assert lit == {"r1", "bye"}
    assert [e["lit"] for e in answer.context["lit"]["edges"]] == [True]


def test_where_1_is_to_be_pressed_nobody_may_press_it(client, library, number, editor):
    document = ring(MOBILE)
    document["nodes"]["r1"]["targets"].append({"destination": "line", "ring_s": 20})
    document["nodes"]["r1"]["targets"][0]["confirm"] = True
    make_live(number, document, editor)
    client.force_login(editor.user)
    answer = ask(client, number, **{"outcome-0": "unconfirmed"})
    assert [step["outcome"] for step in answer.context["answer"]["steps"]] == [
        "unconfirmed",
        "answered",
    ]
    told = "The call rang +32 470 11 22 33: nobody pressed 1."
    assert told in answer.content.decode().replace("\xa0", " ")
    assert ask(client, number, **{"outcome-1": "unconfirmed"}).status_code == 422


def test_a_draft_is_tried_without_being_published(client, library, number, editor):
    draft = plans.open_draft(number=number, member=editor)
    plans.save_draft(
        draft=draft, document=ring("+32470999999"), revision=1, member=editor
    )
    client.force_login(editor.user)
    assert ask(client, number).context["answer"]["destination"] == "line"
    tried = ask(client, number, draft="1")
    assert tried.context["answer"]["destination"] == "+32470999999"
    assert PlanVersion.objects.get().state == PlanVersion.State.DRAFT
    assert not Override.objects.exists()


def test_a_draft_with_problems_says_what_to_mend(client, library, number, editor):
    draft = plans.open_draft(number=number, member=editor)
    broken = ring(MOBILE)
    broken["nodes"]["r1"]["exits"] = {}
    plans.save_draft(draft=draft, document=broken, revision=1, member=editor)
    client.force_login(editor.user)
    answer = ask(client, number, draft="1")
    assert "r1 has no exit" in answer.content.decode()


def test_a_caller_that_is_no_number_is_refused_at_the_field(client, number, viewer):
    client.force_login(viewer.user)
    answer = ask(client, number, caller="somebody")
    assert answer.status_code == 422
    assert "Write a number" in answer.content.decode()


def test_htmx_gets_the_outcome_alone(client, number, viewer):
    client.force_login(viewer.user)
    url = reverse("routing:simulate", args=[number.pk])
    answer = client.get(url, {"caller": ""}, headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert "answered" in answer.content.decode()


def test_a_stranger_simulates_nothing(client, number, stranger):
    client.force_login(stranger.user)
    assert ask(client, number).status_code == 404


NIGHT = dt.datetime(2026, 10, 30, 23, 30, tzinfo=dt.UTC)  # Saturday 0:30 in Brussels


@pytest.mark.parametrize(
    ("name", "now", "moment"),
    [
        # All Saints' is a Sunday; the working day after it is Monday.
        ("working-day", NIGHT, "2026-11-02T10:00+01:00"),
        ("tonight", NIGHT, "2026-10-31T20:00+01:00"),
        ("holiday", NIGHT, "2026-11-01T10:00+01:00"),
        # before and after the hour, on a Monday
        ("working-day", "2026-11-02T09:59+01:00", "2026-11-02T10:00+01:00"),
        ("working-day", "2026-11-02T10:00+01:00", "2026-11-03T10:00+01:00"),
        ("tonight", "2026-11-02T20:00+01:00", "2026-11-03T20:00+01:00"),
        ("holiday", "2026-11-11T10:00+01:00", "2026-12-25T10:00+01:00"),
        # summer time
        ("working-day", "2026-07-17T18:00+02:00", "2026-07-20T10:00+02:00"),
        ("holiday", "2026-05-25T11:00+02:00", "2026-07-21T10:00+02:00"),
    ],
)
def test_a_moment_is_the_first_one_to_come(name, now, moment):
    now = now if isinstance(now, dt.datetime) else dt.datetime.fromisoformat(now)
    assert moments.moment(name, now) == dt.datetime.fromisoformat(moment)


@pytest.mark.parametrize("clock", ["2026-11-01T11:00", "2026-11-01T23:00"])
def test_day_and_night_can_be_tried_at_any_hour(
    client, library, number, viewer, editor, clock
):
    make_live(number, schedule(MOBILE), editor)
    with time_machine.travel(f"{clock}+01:00", tick=False):
        client.force_login(viewer.user)
        day = ask(client, number, at="", moment="working-day").content.decode()
        night = ask(client, number, at="", moment="tonight").content.decode()
        holiday = ask(client, number, at="", moment="holiday").content.decode()
    assert "answered at +32 470 11 22 33" in day.replace("\xa0", " ")
    assert "answered at" not in night
    assert "answered at" not in holiday
    written = ask(client, number, at=OPEN, moment="tonight").content.decode()
    assert "outside the hours" not in written


def test_an_unknown_moment_is_refused_at_the_field(client, number, viewer):
    client.force_login(viewer.user)
    assert ask(client, number, at="", moment="doomsday").status_code == 422


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2027-03-28T02:30", "The clocks change in that hour"),
        ("2026-10-25T02:30", "The clocks change in that hour"),
        ("9999-12-31T23:59", "Check the year"),
        ("0001-01-01T00:00", "Check the year"),
    ],
)
def test_a_moment_that_cannot_be_is_told_in_words_for_people(
    client, number, viewer, at, said
):
    client.force_login(viewer.user)
    answer = ask(client, number, at=at)
    assert answer.status_code == 422
    assert said in answer.text
