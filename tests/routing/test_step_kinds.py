"""Every kind of step is whole: what holds for one holds for the next, too.

Each test runs over the registry and over a kind that is made here of two classes.
"""

import datetime as dt
import gettext
import re
from copy import deepcopy
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.translation import override

from routing.decisions.where_now import where_now
from routing.engine import parse, plan_at
from routing.engine.steps import KINDS
from routing.forms.simulate import ATTEMPTS, CONFIRMED
from routing.models import Announcement, Queue
from routing.pages import step_problems
from routing.pages.diagram import diagram, path_of
from routing.pages.diff import changes
from routing.plan import editing
from routing.plan.draft import Draft
from routing.steps import PAGES, page_of
from routing.steps.base import StepPage
from routing.steps.form import Offer
from routing.words import sentences
from routing.words.steps import title, type_word
from tests.routing.conftest import MONDAY, facts, make_live
from tests.support.pause_step import EXAMPLES, NAMES, Pause, PausePage, simulated
from tests.support.routing import (
    CALLED,
    MOBILE,
    MONDAY_MORNING,
    document,
    full_world,
    ring,
)
from traffic.calls.timeline import timeline
from traffic.models import CallRecord

ROOT = Path(__file__).resolve().parents[2]
SPRITE, LOCALE = ROOT / "static" / "icons.svg", ROOT / "locale"


@pytest.fixture(params=[*KINDS, "pause"])
def name(request, monkeypatch):
    if request.param == "pause":
        monkeypatch.setitem(KINDS, "pause", Pause())
        monkeypatch.setitem(PAGES, "pause", PausePage())
    return request.param


@pytest.fixture
def example(name):
    """A valid plan that starts with a step of the kind; all its exits lead to one."""
    step = deepcopy(EXAMPLES[name])
    if exits := KINDS[name].allowed_exits(step):
        step["exits"] = dict.fromkeys(exits, "last")
    steps = {"last": ring("line", failed="end")} if exits else {}
    return document(step, **steps)


def read(plan):
    return Draft.read(plan, NAMES)


def whole_sentence(text):
    return bool(text) and "%(" not in text and "None" not in text


def test_a_kind_stands_in_both_registries_and_has_an_example(name, example):
    assert KINDS.keys() == PAGES.keys()
    assert parse(example)[1] == []
    assert set(EXAMPLES[name]) - {"type", "label", "exits"} <= set(KINDS[name].fields)


def test_its_ways_and_phones_are_found_once_it_is_compiled(name, example):
    kind, step = KINDS[name], example["nodes"]["start"]
    made = {**full_world(), "document": example}
    plan = plan_at(made, dt.datetime.fromisoformat(MONDAY_MORNING))
    node = plan["numbers"][CALLED]["document"]["nodes"]["start"]
    assert {*kind.following(node)} == {*step.get("exits", {}).values()}
    written = [destination for destination, _where in kind.destinations(step)]
    assert [target[0] for target in kind.targets(node)] == written


def words_of(page):
    yield from (page.name, page.noted or page.name, page.sentence, page.going)
    for word, case in page.exits.values():
        yield from (word, case)
    for told in (page.fields, page.missing, page.reasons, page.timed, page.outcomes):
        yield from told.values()


class Missing(gettext.NullTranslations):
    """Asked for what a catalogue does not have."""

    def gettext(self, message):
        raise LookupError(message)


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_its_words_stand_in_the_three_languages(name, language):
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    catalogue.add_fallback(Missing())
    words = words_of(PAGES[name])
    assert words
    for text in words:
        assert catalogue.gettext(text)


def test_it_has_words_for_all_it_can_do(name):
    kind, page = KINDS[name], PAGES[name]
    assert page.name != StepPage.name
    assert set(page.exits) == {*kind.required, *kind.fallbacks}
    if not kind.chooses:
        assert page.sentence != StepPage.sentence
        assert page.going != StepPage.going
    words = sentences.outcomes().keys() | {*"0123456789*#"}
    assert (kind.outcomes or set()) <= words


def test_every_field_is_told_where_plans_are_compared(name, example):
    kind, page = KINDS[name], PAGES[name]
    assert set(page.fields) == set(kind.fields)
    for field in kind.fields:
        changed = deepcopy(example)
        changed["nodes"]["start"][field] = other(example["nodes"]["start"].get(field))
        for old, new in ((example, changed), (changed, example)):
            with override("en"):
                told = changes(read(old), read(new))
            assert told, field
            assert all(whole_sentence(change["text"]) for change in told)


def other(value):
    """Another value of the same type."""
    if isinstance(value, int):
        return value + 1
    return f"{value}x" if isinstance(value, str) else type(value or "x")()


def test_it_is_drawn_with_its_icon(name, example):
    drawn = diagram(read(example))["nodes"][0]
    symbols = re.findall(r'<symbol[^>]* id="([^"]+)"', SPRITE.read_text())
    assert drawn["icon"] in symbols
    assert drawn["icon"] != StepPage.icon
    assert drawn["label"] == type_word(name)


def form_of(name, plan, step, data=None):
    offer = Offer([MOBILE], NAMES, read=str, title=title)
    page = page_of(name)
    return page.form(data, page=page, draft=read(plan), name=step, offer=offer)


def test_a_new_one_is_added_and_its_form_is_shown(name, example):
    changed, new = editing.add_step(example, name, after=None)
    assert changed["entry"] == new
    step = changed["nodes"][new]
    assert set(KINDS[name].required_exits(step)) == set(step.get("exits", {}))
    assert set(PAGES[name].blank) <= set(KINDS[name].fields)
    assert "label" in form_of(name, changed, new).as_p()
    # What is not asked for must work at once.
    problems = [found for found in parse(changed)[1] if found.node == new]
    assert PAGES[name].asked or problems == []


def test_its_form_keeps_all_that_a_step_says(name, example):
    unbound = form_of(name, example, "start")
    data = {field.name: field.value() for field in unbound if field.value() is not None}
    form = form_of(name, example, "start", data)
    assert form.is_valid(), form.errors
    saved = editing.fill(example, form.name, form.values(), form.leads())
    assert saved == example


def test_its_form_refuses_what_is_empty(name, example):
    form = form_of(name, example, "start", {})
    has_to_say = bool(KINDS[name].fields)
    assert form.is_valid() is not has_to_say


def test_what_is_missing_is_told(name):
    broken = document({"type": name})
    with override("en"):
        told = [
            step_problems.sentence(found, read(broken).step("start"))
            for found in parse(broken)[1]
        ]
    assert told
    assert all(whole_sentence(text) for text in told)


def endings_of(step):
    if step.destinations:
        return CONFIRMED if step.confirmed else ATTEMPTS
    nothing = step.kind.chooses or step.kind.outcomes is None
    return [""] if nothing else sorted(step.kind.outcomes)


def test_every_ending_of_a_simulation_is_told_and_lights_its_path(name, example):
    step, kind = read(example).step("start"), KINDS[name]
    assert set(PAGES[name].endings(step)) <= (kind.outcomes or set())
    for word in endings_of(step):
        answer = simulated(example, **({"start": word} if word else {}))
        with override("en"):
            told = sentences.step_sentences(answer, NAMES)
        assert all(whole_sentence(text) for text in told)
        assert all(whole_sentence(entry["because"]) for entry in answer["trace"])
        lit = diagram(read(example), path_of(answer, read(example)))
        assert next(n["lit"] for n in lit["nodes"] if n["id"] == "start")
        left = any(entry["rule"] == "start" for entry in answer["trace"])
        assert any(edge["lit"] for edge in lit["edges"]) is (left and not kind.ends)


@pytest.fixture
def live(library, number, editor, example):
    """The plan, published, for a customer who has all it refers to."""
    for slug in ("welcome", "leave"):
        Announcement.objects.create(
            tenant=number.tenant, slug=slug, name=slug, language="en", text="Hello."
        )
    Queue.objects.create(tenant=number.tenant, slug="sales", name="Sales desk")
    return make_live(number, example, editor)


def test_the_pages_of_a_number_show_it(client, number, editor, live, example, name):
    client.force_login(editor.user)
    client.post(reverse("routing:plan_begin", args=[number.pk]))
    with override("en"):
        title = type_word(name)
    for page, args in (
        ("number_detail", {}),
        ("plan_edit", {"step": "start"}),
        ("plan_edit", {"add": name, "step": "start"}),
        ("simulate", {"caller": "0475 12 34 56"}),
    ):
        answer = client.get(reverse(f"routing:{page}", args=[number.pk]), args)
        assert answer.status_code == 200
        assert title.replace("'", "&#x27;") in answer.content.decode()
    version = reverse("routing:version_detail", args=[number.pk, live.sequence])
    assert client.get(version).status_code == 200


def test_where_calls_go_now_is_said(number, live, name):
    with override("en"):
        said = where_now(number, facts(number, MONDAY)).sentence
    assert whole_sentence(said)
    assert StepPage.going not in said
    last = sentences.last_step(simulated(live.document))
    if last and last["type"] == name:
        assert said.startswith(PAGES[name].going.partition("%(")[0])


def test_the_timeline_of_a_call_names_it(number, live, name):
    page = PAGES[name]
    at = dt.datetime.fromisoformat(MONDAY_MORNING)
    leg = {"node": "start", "at": MONDAY_MORNING, "outcome": "busy"}
    call = CallRecord(started_at=at, called=CALLED, legs=[leg])
    with override("en"):
        titles = [entry["title"] for entry in timeline(call, live, {})]
    assert f"{page.noted or page.name} (start)" in titles
