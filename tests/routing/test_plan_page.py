"""The plan editor: steps are added, changed and removed, and every change is saved."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.engine.steps import KINDS
from routing.models import PlanVersion
from routing.services import plans
from tests.routing.conftest import MOBILE, make_live, ring
from tests.support.plan_page import saved, step, url

POSTS = [
    "plan_begin",
    "step_save",
    "step_add",
    "step_delete",
    "plan_tidy",
    "plan_undo",
    "publish",
    "plan_discard",
]
MOST_STATEMENTS = 20
# What the test client asks to take on the rights of the process, and its transaction.
AROUND = re.compile("current_user|SET ROLE|SAVEPOINT|, false\\)$")


def test_a_draft_is_begun_only_when_asked(client, number, editor):
    client.force_login(editor.user)
    assert "Begin a draft" in client.get(url("plan_edit", number)).content.decode()
    assert not PlanVersion.objects.exists()
    answer = client.post(url("plan_begin", number), follow=True)
    assert "Publish version 1" in answer.content.decode()


def test_the_outline_follows_the_exits(client, number, draft, editor):
    client.force_login(editor.user)
    answer = client.get(url("plan_edit", number))
    lines = [(line.name, line.via, line.depth) for line in answer.context["lines"]]
    assert lines == [("r1", "", 0), ("bye", "otherwise", 1)]


def test_saving_a_step_saves_the_draft(client, number, draft, editor):
    client.force_login(editor.user)
    data = step(draft, label="Front desk", **{"other-1": "02 550 12 99"})
    answer = client.post(url("step_save", number), data)
    assert answer.status_code == 302
    node = saved(draft)["nodes"]["r1"]
    assert node["label"] == "Front desk"
    assert [t["destination"] for t in node["targets"]] == [MOBILE, "+3225501299"]
    assert (draft.revision, draft.changed_by) == (3, editor.user)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"other-0": "112"}, "emergency number"),
        ({"seconds-0": "90"}, "less than or equal to 60"),
        ({"to-0": ""}, "Say which phone rings"),
        ({"seconds-1": "45"}, "Say which phone rings"),
        ({"label": "x" * 81}, "at most 80 characters"),
    ],
)
def test_a_refused_step_keeps_what_was_entered(
    client, number, draft, editor, fields, said
):
    client.force_login(editor.user)
    data = {**step(draft, label="Kept"), **fields}
    answer = client.post(url("step_save", number), data)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert said in text
    assert fields.get("label", "Kept") in text
    assert saved(draft)["nodes"]["r1"]["targets"][0]["ring_s"] == 20


def test_an_exit_is_led_to_another_step(client, number, draft, editor):
    client.force_login(editor.user)
    client.post(url("step_save", number), step(draft, **{"exit-busy": "bye"}))
    exits = saved(draft)["nodes"]["r1"]["exits"]
    assert exits == {"failed": "bye", "busy": "bye"}


def test_a_step_is_added_behind_an_exit_and_shown(client, number, draft, editor):
    client.force_login(editor.user)
    data = {"revision": draft.revision, "step": "r1", "place": "failed"}
    answer = client.post(url("step_add", number), {**data, "kind": "hangup"})
    assert answer["Location"].endswith("?step=hangup")
    assert saved(draft)["nodes"]["r1"]["exits"] == {"failed": "hangup"}
    text = client.get(answer["Location"]).content.decode()
    assert "Remove the steps no call can reach" in text
    assert "no call comes here" in text


NEW = {"label": "", "step": "r1", "place": "failed"}


@pytest.mark.parametrize(
    ("kind", "entered", "said"),
    [
        ("schedule", {"exit-open": "bye", "exit-closed": "bye"}, "Choose a calendar."),
        ("announcement", {"exit-done": "bye"}, "Choose what callers hear."),
        ("forward", {"label": "Kept"}, "Say where the calls go."),
        ("voicemail", {"announcement": "closed"}, "Say where messages are sent."),
    ],
)
def test_a_step_is_asked_for_what_it_needs_before_it_is_added(
    client, number, draft, editor, kind, entered, said
):
    client.force_login(editor.user)
    data = {"revision": draft.revision, "kind": kind, **NEW}
    begun = {name: data[name] for name in ("revision", "step", "place", "kind")}
    answer = client.post(url("step_add", number), begun, follow=True)
    assert "New step:" in answer.content.decode()
    assert answer.context["problems"] == []
    assert kind not in saved(draft)["nodes"]
    answer = client.post(url("step_add", number), {**data, **entered})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert kind not in saved(draft)["nodes"]


def test_a_step_that_says_all_it_needs_is_added_whole(client, number, draft, editor):
    client.force_login(editor.user)
    data = {
        **NEW,
        "revision": draft.revision,
        "kind": "voicemail",
        "announcement": "closed",
        "mailbox": "desk@acme.example",
    }
    answer = client.post(url("step_add", number), data)
    assert answer["Location"].endswith("?step=voicemail")
    assert saved(draft)["nodes"]["voicemail"] == {
        "type": "voicemail",
        "announcement": "closed",
        "mailbox": "desk@acme.example",
    }
    assert saved(draft)["nodes"]["r1"]["exits"] == {"failed": "voicemail"}


def test_a_saved_step_leads_on_to_the_step_chosen_meanwhile(
    client, number, draft, editor
):
    client.force_login(editor.user)
    data = step(draft, label="Front desk", then="bye")
    answer = client.post(url("step_save", number), data)
    assert answer["Location"].endswith("?step=bye")
    assert saved(draft)["nodes"]["r1"]["label"] == "Front desk"


def test_a_refused_step_has_an_address_to_come_back_to(client, number, draft, editor):
    client.force_login(editor.user)
    answer = client.post(url("step_save", number), step(draft, label="x" * 81))
    assert answer["HX-Replace-Url"] == url("plan_edit", number) + "?step=r1"


BROKEN: dict[str, tuple[dict, str]] = {
    "schedule": (
        {"calendar": "", "exits": {"open": "bye", "closed": "bye"}},
        "“Opening hours”: choose a calendar.",
    ),
    "announcement": (
        {"announcement": "", "exits": {"done": "bye"}},
        "“Announcement”: choose what callers hear.",
    ),
    "forward": ({"destination": ""}, "“Forward”: say where calls go."),
    "voicemail": (
        {"announcement": "closed", "mailbox": ""},
        "“Voicemail: Closed”: say to which e-mail address messages are sent.",
    ),
}


@pytest.mark.parametrize("kind", list(BROKEN))
def test_a_broken_step_has_one_message_for_people(client, number, draft, editor, kind):
    fields, said = BROKEN[kind]
    document = ring(MOBILE)
    document["nodes"]["r1"]["exits"]["failed"] = "broken"
    document["nodes"]["broken"] = {"type": kind, **fields}
    plans.save_draft(
        draft=draft, document=document, revision=draft.revision, member=editor
    )
    client.force_login(editor.user)
    problems = client.get(url("plan_edit", number)).context["problems"]
    assert [p["message"] for p in problems if "step=broken" in p["href"]] == [said]


def test_the_editor_offers_every_kind_of_step(client, number, draft, editor):
    client.force_login(editor.user)
    answer = client.get(url("plan_edit", number))
    assert {kind for kind, _word in answer.context["adding"]["kinds"]} == set(KINDS)
    assert "set up by our team" not in answer.content.decode()


def test_steps_no_call_can_reach_are_removed_together(client, number, draft, editor):
    client.force_login(editor.user)
    add = {"revision": draft.revision, "step": "r1", "place": "failed"}
    client.post(url("step_add", number), {**add, "kind": "hangup"})
    draft.refresh_from_db()
    client.post(url("plan_tidy", number), {"revision": draft.revision})
    assert set(saved(draft)["nodes"]) == {"r1", "hangup"}


def test_a_step_is_removed(client, number, draft, editor):
    client.force_login(editor.user)
    data = {"revision": draft.revision, "step": "r1"}
    client.post(url("step_delete", number), data)
    assert saved(draft)["entry"] == "bye"


def test_a_step_without_a_form_keeps_all_it_holds(client, number, draft, editor):
    document = ring(MOBILE)
    fax = {"type": "fax", "pages": {"a": 60, "b": 40}, "exits": {"a": "r1"}}
    document["nodes"]["fax"], document["entry"] = fax, "fax"
    plans.save_draft(draft=draft, document=document, revision=2, member=editor)
    client.force_login(editor.user)
    text = client.get(url("plan_edit", number), {"step": "fax"}).content.decode()
    assert "&quot;a&quot;: 60" in text
    draft.refresh_from_db()
    data = {"revision": 3, "step": "fax", "label": "Fax"}
    client.post(url("step_save", number), data)
    assert saved(draft)["nodes"]["fax"] == {**fax, "label": "Fax"}


def test_problems_lead_to_their_step(client, number, draft, editor):
    document = ring(MOBILE)
    document["nodes"]["r1"]["exits"] = {}
    plans.save_draft(draft=draft, document=document, revision=2, member=editor)
    client.force_login(editor.user)
    answer = client.get(url("plan_edit", number))
    hrefs = {p["href"] for p in answer.context["problems"]}
    assert hrefs == {"?step=r1#step", "?step=bye#step"}
    assert "Fix the problems above first" in answer.content.decode()


def test_only_editors_open_the_editor(client, number, draft, operator_member):
    client.force_login(operator_member.user)
    assert client.get(url("plan_edit", number)).status_code == 403
    for name in POSTS:
        assert client.post(url(name, number)).status_code == 403, name


def test_a_stranger_finds_no_plan(client, number, draft, stranger):
    client.force_login(stranger.user)
    assert client.get(url("plan_edit", number)).status_code == 404
    for name in POSTS:
        assert client.post(url(name, number)).status_code == 404, name


@pytest.mark.parametrize("destination", [MOBILE, "+3225501201"])
def test_a_plan_of_two_hundred_steps_opens_with_as_many_queries(
    client, number, second, draft, editor, destination
):
    """The second is a number of theirs, whose plan is then read, with all others."""
    make_live(second, ring("line"), editor)
    counts = []
    document = ring(destination)
    client.force_login(editor.user)
    for size in (3, 190):
        for n in range(len(document["nodes"]), size):
            document["nodes"][f"s{n}"] = {
                "type": "announcement",
                "announcement": "closed",
                "exits": {"done": "bye"},
            }
        draft.refresh_from_db()
        draft.document = document
        draft.save()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url("plan_edit", number)).status_code == 200
        of_page = [q for q in asked.captured_queries if not AROUND.search(q["sql"])]
        counts.append(len(of_page))
    assert counts[0] == counts[1] <= MOST_STATEMENTS
