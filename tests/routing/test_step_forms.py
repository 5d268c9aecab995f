"""Menus, queues, origins and distributions are made and changed in the editor."""

import pytest
from django.urls import reverse

from routing.services import plans
from tests.routing.conftest import MOBILE, ring
from tests.support.step_forms import add, draft, save, step_of

__all__ = ["add", "draft", "save"]
MENU = {
    "announcement": "closed",
    "timeout_s": "8",
    "attempts": "2",
    "exit__1": "r1",
    "exit__*": "bye",
    "exit__timeout": "r1",
    "exit__invalid": "bye",
}
QUEUE = {
    "queue": "sales",
    "max_wait_s": "90",
    "max_length": "7",
    "exit__timeout": "bye",
}
ORIGIN = {
    "name__0": "mobile",
    "value__0": "0475, +32 48",
    "go__0": "r1",
    "exit__other": "bye",
}
SHARES = {
    "name__0": "a",
    "value__0": "60",
    "go__0": "r1",
    "name__1": "b",
    "value__1": "40",
    "go__1": "bye",
}
WHOLE = {"menu": MENU, "queue": QUEUE, "origin": ORIGIN, "distribution": SHARES}
MADE: dict[str, dict] = {
    "menu": {
        "announcement": "closed",
        "timeout_s": 8,
        "attempts": 2,
        "exits": {"1": "r1", "*": "bye", "timeout": "r1", "invalid": "bye"},
    },
    "queue": {
        "queue": "sales",
        "max_wait_s": 90,
        "max_length": 7,
        "exits": {"timeout": "bye"},
    },
    "origin": {
        "rules": [{"prefixes": ["+32475", "+3248"], "exit": "mobile"}],
        "exits": {"mobile": "r1", "other": "bye"},
    },
    "distribution": {"shares": {"a": 60, "b": 40}, "exits": {"a": "r1", "b": "bye"}},
}


@pytest.mark.parametrize("kind", MADE)
def test_a_kind_is_asked_for_what_it_needs_and_made_whole(
    client, number, draft, add, kind
):
    began = client.post(
        reverse("routing:step_add", args=[number.pk]),
        {"revision": draft.revision, "kind": kind, "step": "r1", "place": ""},
        follow=True,
    )
    assert "New step:" in began.content.decode()
    assert add(kind).status_code == 422
    assert kind not in draft.document["nodes"]
    assert add(kind, **WHOLE[kind])["Location"].endswith(f"?step={kind}")
    assert step_of(draft, kind) == {"type": kind, **MADE[kind]}
    assert draft.document["entry"] == kind


@pytest.mark.parametrize("kind", MADE)
def test_a_kind_is_changed_without_losing_what_it_says(
    client, number, draft, add, kind
):
    add(kind, **WHOLE[kind])
    url = reverse("routing:plan_edit", args=[number.pk])
    form = client.get(url, {"step": kind}).context["form"]
    sent = {f.name: f.value() for f in form if f.value() is not None}
    draft.refresh_from_db()
    sent |= {"revision": draft.revision, "step": kind, "label": "Front"}
    client.post(reverse("routing:step_save", args=[number.pk]), sent)
    assert step_of(draft, kind) == {"type": kind, **MADE[kind], "label": "Front"}


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("menu", {"exit__1": "", "exit__*": ""}, "Choose where at least one key leads"),
        ("menu", {"timeout_s": "31"}, "less than or equal to 30"),
        ("menu", {"attempts": "0"}, "greater than or equal to 1"),
        ("menu", {"announcement": ""}, "Choose what callers hear."),
        ("queue", {"queue": ""}, "Choose a queue."),
        ("queue", {"max_wait_s": "9"}, "greater than or equal to 10"),
        ("queue", {"max_length": "1000"}, "less than or equal to 999"),
        ("origin", {"value__0": "abc"}, "Write the beginning of a number"),
        ("origin", {"value__0": ""}, "Say which callers."),
        ("origin", {"name__0": ""}, "Give it a name."),
        ("origin", {"name__0": "other"}, "This name is taken"),
        ("origin", {"name__0": "withheld"}, "This name is taken"),
        ("origin", {"go__0": ""}, "Choose where these calls go."),
        ("origin", {"name__0": "", "value__0": ""}, "Give it a name."),
        ("distribution", {"value__1": "41"}, "The shares total 101"),
        ("distribution", {"value__1": "-1"}, "greater than or equal to 0"),
        ("distribution", {"value__1": "40.5"}, "Enter a whole number"),
        ("distribution", {"name__1": "a"}, "This name is taken"),
        ("distribution", {"value__1": ""}, "Say which share of the calls."),
        ("distribution", {"go__1": "gone"}, "Select a valid choice"),
    ],
)
def test_what_cannot_work_is_told_at_its_field(draft, add, kind, fields, said):
    answer = add(kind, **{**WHOLE[kind], **fields})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    draft.refresh_from_db()
    assert draft.document == ring(MOBILE)


def test_a_prefix_stands_in_one_branch_only(draft, add, save):
    add("origin", **ORIGIN)
    again = {"name__1": "again", "value__1": "0475", "go__1": "bye"}
    answer = save("origin", **ORIGIN, **again)
    assert answer.status_code == 422
    assert "+32475 stands in two branches: keep one." in answer.content.decode()


def test_a_branch_is_renamed_added_and_taken_away_with_its_exit(draft, add, save):
    add("distribution", **SHARES)
    more = {"name__2": "c", "value__2": "0", "go__2": "r1"}
    save("distribution", **{**SHARES, "name__0": "first", **more})
    assert step_of(draft, "distribution") == {
        "type": "distribution",
        "shares": {"first": 60, "b": 40, "c": 0},
        "exits": {"first": "r1", "b": "bye", "c": "r1"},
    }
    none = {"name__1": "", "value__1": "", "name__2": "", "value__2": ""}
    save("distribution", **{**SHARES, "value__0": "100", **none})
    assert step_of(draft, "distribution") == {
        "type": "distribution",
        "shares": {"a": 100},
        "exits": {"a": "r1"},
    }


def test_rules_that_leave_by_one_exit_are_one_branch(draft, editor, client, number):
    document = ring(MOBILE)
    rules = [{"prefixes": [p], "exit": "mobile"} for p in ("+3247", "+3248")]
    exits = {"mobile": "r1", "other": "bye", "withheld": "bye"}
    origin = {"type": "origin", "rules": rules, "exits": exits}
    document["nodes"]["from"], document["entry"] = origin, "from"
    plans.save_draft(
        draft=draft, document=document, revision=draft.revision, member=editor
    )
    url = reverse("routing:plan_edit", args=[number.pk])
    form = client.get(url, {"step": "from"}).context["form"]
    assert form["name-0"].value() == "mobile"
    assert form["value-0"].value() == "+3247, +3248"
    assert form["name-1"].value() == ""
    assert [field.name for field in form.exits] == ["exit-withheld", "exit-other"]


def test_the_keys_of_a_menu_come_in_the_order_of_a_phone(draft, add, client, number):
    add("menu", **MENU)
    url = reverse("routing:plan_edit", args=[number.pk])
    answer = client.get(url, {"step": "menu"})
    keys = [field.name for field in answer.context["form"].exits]
    assert keys == [f"exit-{e}" for e in (*"1234567890*#", "timeout", "invalid")]
    places = [place for place, _word in answer.context["adding"]["places"]]
    assert places == [*"1234567890*#", "timeout", "invalid", ""]


def test_music_is_kept_and_taken_away(draft, add, save):
    add("queue", **QUEUE, music="jazz")
    assert step_of(draft, "queue")["music"] == "jazz"
    save("queue", **QUEUE, music="")
    assert "music" not in step_of(draft, "queue")


HALF_MADE = [
    {"type": "menu", "announcement": 5, "timeout_s": [], "exits": {"1": 7, "x": "r1"}},
    {"type": "queue", "queue": {}, "max_wait_s": "long", "music": 1},
    {"type": "origin", "rules": [5, {"prefixes": "x"}, {"prefixes": [1], "exit": []}]},
    {"type": "origin", "rules": {}, "exits": []},
    {"type": "distribution", "shares": {"a": "much", "b": None}, "exits": {"c": "r1"}},
    {"type": "distribution", "shares": []},
    {"type": "ring", "targets": [5, {"destination": 7, "ring_s": {}}], "mode": []},
    {
        "type": "ring",
        "targets": [
            {"destination": "line", "confirm": [], "confirm_s": {}},
            {"confirm": True, "confirm_s": 10**30},
        ],
        "mode": "x",
    },
    {"type": "forward", "destination": 5, "confirm": "yes", "confirm_s": []},
    {"type": "voicemail", "mailbox": []},
    {"type": "hangup", "cause": {}},
]


@pytest.mark.parametrize("step", HALF_MADE, ids=lambda step: step["type"])
def test_a_half_made_step_has_its_form(draft, editor, client, number, save, step):
    document = ring(MOBILE)
    document["nodes"]["half"], document["entry"] = step, "half"
    plans.save_draft(
        draft=draft, document=document, revision=draft.revision, member=editor
    )
    url = reverse("routing:plan_edit", args=[number.pk])
    assert client.get(url, {"step": "half"}).status_code == 200
    assert save("half").status_code == 422
