"""The plan editor: every change is saved, none is lost, nobody overwrites anybody."""

import re
from copy import copy

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from routing.engine.steps import KINDS
from routing.models import KnownDestination, PlanVersion
from routing.services import plans, undo
from tests.routing.conftest import MOBILE, make_live, ring, schedule
from tests.support.races import while_waiting

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


def url(name, number):
    return reverse(f"routing:{name}", args=[number.pk])


@pytest.fixture
def draft(library, number, editor):
    draft = plans.open_draft(number=number, member=editor)
    return plans.save_draft(
        draft=draft, document=ring(MOBILE), revision=1, member=editor
    )


def step(draft, **fields):
    """The form of step r1 as the page holds it, with changes."""
    return {
        "revision": draft.revision,
        "step": "r1",
        "label": "",
        "mode": "sequential",
        "to-0": MOBILE,
        "seconds-0": "20",
        "seconds-1": "20",
        "exit-failed": "bye",
        **fields,
    }


def saved(draft):
    draft.refresh_from_db()
    return draft.document


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


def test_a_draft_that_changes_nothing_is_not_published(client, library, number, editor):
    make_live(number, ring(MOBILE), editor)
    draft = plans.open_draft(number=number, member=editor)
    client.force_login(editor.user)
    text = client.get(url("plan_edit", number)).content.decode()
    button = text[text.index('id="publish-now"') :]
    assert "disabled" in button[: button.index(">")]
    data = {"draft": draft.pk, "revision": draft.revision}
    answer = client.post(url("publish", number), data)
    assert answer.status_code == 422
    assert "There is nothing to publish" in answer.content.decode()
    assert PlanVersion.objects.get(state="live").sequence == 1


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


def test_changes_are_taken_back_one_after_the_other(client, number, draft, editor):
    client.force_login(editor.user)
    states = [saved(draft)]
    for label in ("One", "Two"):
        client.post(url("step_save", number), step(draft, label=label))
        states.append(saved(draft))
    for before in (states[1], states[0]):
        client.post(url("plan_undo", number), {"revision": draft.revision})
        assert saved(draft) == before
    answer = client.post(url("plan_undo", number), {"revision": draft.revision})
    assert answer.status_code == 409


@pytest.mark.django_db(transaction=True)
def test_taking_back_in_a_draft_that_is_discarded_this_moment_says_so(
    client, number, draft, editor, admin
):
    before = copy(draft)
    draft = plans.save_draft(
        draft=draft, document=ring("line"), revision=draft.revision, member=editor
    )
    client.force_login(editor.user)

    def take_back():
        # In tests each thread has a cache of its own.
        undo.remember(before, draft, editor)
        return client.post(url("plan_undo", number), {"revision": draft.revision})

    answer = while_waiting(
        lambda: PlanVersion.objects.select_for_update().get(pk=draft.pk),
        lambda: plans.discard_draft(draft=draft, member=admin),
        take_back,
    )
    assert answer.status_code == 409
    assert "no longer there: it was published or discarded" in answer.text


AWAY = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
}


def test_without_the_cache_a_plan_is_edited_and_published_without_undo(
    client, number, draft, editor, settings
):
    KnownDestination.objects.create(
        tenant=number.tenant,
        e164=MOBILE,
        first_used_at=timezone.now(),
        added_by=editor.user,
    )
    settings.CACHES = AWAY
    client.force_login(editor.user)
    assert client.get(url("plan_edit", number)).status_code == 200
    answer = client.post(url("step_save", number), step(draft, label="One"))
    assert answer.status_code < 400
    assert saved(draft)["nodes"]["r1"]["label"] == "One"
    undone = client.post(url("plan_undo", number), {"revision": draft.revision})
    assert undone.status_code == 409
    client.post(url("publish", number), publishing(draft))
    draft.refresh_from_db()
    assert draft.state == "live"


@pytest.mark.parametrize(
    "name",
    [
        "numbers:home",
        "numbers:number_list",
        "routing:number_detail",
        "routing:home_panel",
        "routing:continuity",
        "routing:calendar_list",
        "traffic:call_list",
        "traffic:statistics",
    ],
)
def test_no_page_needs_the_cache(client, number, editor, settings, name):
    settings.CACHES = AWAY
    client.force_login(editor.user)
    args = [number.pk] if name == "routing:number_detail" else []
    assert client.get(reverse(name, args=args)).status_code == 200


def test_a_change_of_somebody_else_is_not_taken_back(
    client, number, draft, editor, admin
):
    client.force_login(admin.user)
    client.post(url("step_save", number), step(draft, label="Theirs"))
    client.force_login(editor.user)
    draft.refresh_from_db()
    client.post(url("plan_undo", number), {"revision": draft.revision})
    assert saved(draft)["nodes"]["r1"]["label"] == "Theirs"


@pytest.mark.parametrize("name", ["step_save", "step_add", "step_delete"])
def test_a_change_on_an_older_state_tells_who_was_faster(
    client, number, draft, editor, admin, name
):
    old = {**step(draft, label="Mine"), "kind": "ring", "place": "failed"}
    client.force_login(admin.user)
    client.post(url("step_save", number), step(draft, label="Theirs"))
    client.force_login(editor.user)
    answer = client.post(url(name, number), old)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert f"{admin.user} saved this draft" in text
    assert "is now called “Theirs”" in text
    assert saved(draft)["nodes"]["r1"]["label"] == "Theirs"

    again = dict(answer.context["again"])
    assert client.post(answer.context["address"], again).status_code == 302
    assert saved(draft)["nodes"] != ring(MOBILE)["nodes"]
    assert draft.changed_by == editor.user


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


def publishing(draft, **more):
    return {"draft": draft.pk, "revision": draft.revision, **more}


def test_a_draft_is_published_with_its_comment(client, number, draft, editor):
    client.force_login(editor.user)
    data = publishing(draft, comment="Summer")
    answer = client.post(url("publish", number), data, follow=True)
    draft.refresh_from_db()
    assert (draft.state, draft.comment) == ("live", "Summer")
    assert "Version 1 of +32 2 550 12 00 is live" in answer.content.decode()


def test_a_draft_with_problems_is_not_published(client, number, draft, editor):
    broken = ring("112")
    draft = plans.save_draft(draft=draft, document=broken, revision=2, member=editor)
    client.force_login(editor.user)
    answer = client.post(url("publish", number), publishing(draft, comment="Kept"))
    assert answer.status_code == 422
    assert "Kept" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_the_second_to_publish_is_told_who_was_first(
    client, number, draft, editor, admin
):
    client.force_login(admin.user)
    client.post(url("publish", number), publishing(draft))
    client.force_login(editor.user)
    answer = client.post(url("publish", number), publishing(draft))
    assert answer.status_code == 409
    assert f"{admin.user} published version 1" in answer.content.decode()
    assert "Begin a new draft" in answer.content.decode()


def test_a_draft_overtaken_by_a_roll_back_asks_which_one_to_keep(
    client, library, number, editor, admin
):
    first = make_live(number, ring(MOBILE), editor)
    make_live(number, schedule(MOBILE), editor)
    draft = plans.open_draft(number=number, member=editor)
    mine = plans.save_draft(
        draft=draft, document=ring("+32470999999"), revision=1, member=editor
    )
    first.refresh_from_db()
    plans.roll_back(version=first, member=admin, now=first.published_at)
    client.force_login(editor.user)
    kept = PlanVersion.objects.get(state="draft")
    answer = client.post(url("publish", number), publishing(kept))
    assert answer.status_code == 409
    assert f"{admin.user} published version" in answer.content.decode()
    assert answer.context["changes"]
    again = publishing(kept, replace="1")
    assert client.post(url("publish", number), again).status_code == 302
    live = PlanVersion.objects.get(state="live")
    assert live.document == mine.document


def test_publishing_what_was_not_looked_at_is_refused(
    client, number, draft, editor, admin
):
    seen = publishing(draft)
    client.force_login(admin.user)
    client.post(url("step_save", number), step(draft, label="Theirs"))
    client.force_login(editor.user)
    answer = client.post(url("publish", number), seen)
    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_new_outside_number_asks_to_sign_in_again_before_it_is_live(
    client, number, draft, editor
):
    editor.user.password = make_password("a-long-enough-secret")
    editor.user.save()
    client.force_login(editor.user)
    data = publishing(draft, comment="Kept")
    asked = client.post(url("publish", number), data)
    assert "reauthenticate" in asked["Location"]
    client.post(asked["Location"], {"password": "a-long-enough-secret"})
    draft.refresh_from_db()
    assert (draft.state, draft.comment) == ("live", "Kept")


def test_a_draft_is_discarded_once(client, number, draft, editor):
    client.force_login(editor.user)
    data = {"draft": draft.pk}
    assert client.post(url("plan_discard", number), data).status_code == 302
    assert not PlanVersion.objects.exists()
    assert client.post(url("plan_discard", number), data).status_code == 409


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


@pytest.mark.parametrize("name", ["step_save", "step_add", "step_delete", "plan_undo"])
def test_a_change_to_a_draft_that_is_gone_says_so_and_what_was_typed(
    client, number, draft, editor, name
):
    sent = {**step(draft, label="Front desk"), "draft": draft.pk, "kind": "ring"}
    plans.discard_draft(draft=draft, member=editor)
    client.force_login(editor.user)
    answer = client.post(url(name, number), sent)
    assert answer.status_code == 409
    assert "no longer there: it was published or discarded" in answer.text
    assert "<q>Front desk</q>" in answer.text
    assert 'id="editor"' in answer.text, "htmx puts this in place of the editor"


def test_a_form_of_one_draft_changes_no_other(client, number, draft, editor, admin):
    sent = {**step(draft, label="Mine"), "draft": draft.pk}
    plans.discard_draft(draft=draft, member=admin)
    other = plans.open_draft(number=number, member=admin)
    PlanVersion.objects.filter(pk=other.pk).update(
        document=draft.document, revision=draft.revision
    )
    client.force_login(editor.user)
    answer = client.post(url("step_save", number), sent)
    assert answer.status_code == 409
    other.refresh_from_db()
    assert other.document["nodes"]["r1"].get("label") != "Mine"
    again = dict(answer.context["again"])
    assert client.post(answer.context["address"], again).status_code == 302
    other.refresh_from_db()
    assert other.document["nodes"]["r1"]["label"] == "Mine"


def test_my_change_to_a_step_somebody_removed_is_told(client, number, draft, editor):
    client.force_login(editor.user)
    data = {**step(draft, label="Mine"), "step": "gone"}
    answer = client.post(url("step_save", number), data, follow=True)
    assert "Somebody removed this step" in answer.text
