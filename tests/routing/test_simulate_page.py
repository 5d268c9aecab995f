"""The simulator of a number: the path, the reasons, and no trace of having asked."""

from django.urls import reverse

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
    assert "answered at +32470112233" in text.replace(" ", " ")
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
