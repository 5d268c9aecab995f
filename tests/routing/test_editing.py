"""Edits of a document: each gives another, and the engine judges the outcome."""

from contextlib import suppress
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine import parse
from routing.plan import editing
from routing.services.plans import starter_document
from tests.routing.conftest import MOBILE, ring, schedule


def codes(document):
    return [problem.code for problem in parse(document)[1]]


def test_a_step_is_put_between_an_exit_and_what_it_led_to():
    changed, name = editing.add_step(ring(MOBILE), "ring", after=("r1", "failed"))
    assert name == "ring"
    assert changed["nodes"]["r1"]["exits"] == {"failed": "ring"}
    assert changed["nodes"]["ring"]["exits"] == {"failed": "bye"}
    assert codes(changed) == []


def test_a_step_in_front_of_all_becomes_the_entry():
    changed, name = editing.add_step(ring(MOBILE), "schedule", after=None)
    assert changed["entry"] == name == "schedule"
    assert changed["nodes"][name]["exits"] == {"closed": "r1", "open": "r1"}


def test_an_exit_that_led_nowhere_gets_an_end_of_the_call():
    document = {"schema": 1, "entry": "", "nodes": {}}
    changed, name = editing.add_step(document, "ring", after=None)
    assert changed["nodes"][name]["exits"] == {"failed": "hangup"}
    assert codes(changed) == []


def test_a_step_that_ends_calls_takes_the_place_of_what_was_there():
    changed, name = editing.add_step(ring(MOBILE), "voicemail", after=("r1", "failed"))
    assert "exits" not in changed["nodes"][name]
    assert "unreachable_step" in codes(changed)
    assert "bye" not in editing.remove_unreached(changed)["nodes"]


def test_names_are_never_used_twice():
    document = starter_document()
    changed, first = editing.add_step(document, "ring", after=("ring", "failed"))
    _changed, second = editing.add_step(changed, "ring", after=("ring", "failed"))
    assert (first, second) == ("ring2", "ring3")


def test_an_exit_is_led_elsewhere_or_taken_away():
    document = ring(MOBILE)
    added = editing.set_exit(document, "r1", "busy", "bye")
    assert added["nodes"]["r1"]["exits"] == {"failed": "bye", "busy": "bye"}
    assert editing.set_exit(added, "r1", "busy", "") == document


def test_taking_a_step_away_joins_what_was_around_it():
    document = schedule(MOBILE)
    document["nodes"]["hours"]["exits"]["holiday"] = "r1"
    changed = editing.remove_step(document, "r1")
    exits = changed["nodes"]["hours"]["exits"]
    assert exits == {"open": "bye", "closed": "bye", "holiday": "bye"}
    assert codes(changed) == []


def test_taking_the_entry_away_starts_at_what_came_next():
    assert editing.remove_step(ring(MOBILE), "r1")["entry"] == "bye"


def test_taking_the_end_away_leaves_exits_that_are_told():
    changed = editing.remove_step(ring(MOBILE), "bye")
    assert changed["nodes"]["r1"]["exits"] == {}
    assert codes(changed) == ["missing_exit"]


def test_fields_are_replaced_and_an_empty_label_goes():
    document = editing.set_fields(ring(MOBILE), "r1", {"label": "Front desk"})
    assert document["nodes"]["r1"]["label"] == "Front desk"
    plain = editing.set_fields(document, "r1", {"label": "", "mode": "simultaneous"})
    assert "label" not in plain["nodes"]["r1"]
    assert plain["nodes"]["r1"]["mode"] == "simultaneous"


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: editing.remove_step(d, "gone"),
        lambda d: editing.set_fields(d, "gone", {"label": "x"}),
        lambda d: editing.set_exit(d, "gone", "busy", "bye"),
        lambda d: editing.set_exit(d, "r1", "busy", "gone"),
        lambda d: editing.add_step(d, "ring", after=("gone", "failed")),
    ],
)
def test_a_step_somebody_else_took_away_is_told(edit):
    with pytest.raises(editing.NoSuchStep):
        edit(ring(MOBILE))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["nodes", "exits", "type", "r1", "busy", "entry"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_a_document_holds_it_is_edited_or_refused_never_changed(raw):
    document = raw if isinstance(raw, dict) else {"nodes": raw}
    before = deepcopy(document)
    for edit in (
        lambda d: editing.remove_step(d, "r1"),
        lambda d: editing.set_exit(d, "r1", "busy", "r1"),
        lambda d: editing.add_step(d, "hangup", after=("r1", "busy")),
        editing.remove_unreached,
    ):
        with suppress(editing.NoSuchStep):
            edit(document)
        assert document == before
