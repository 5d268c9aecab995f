"""SIP statuses and Q.850 causes as outcomes."""

import pytest

from routing.engine.causes import OUTCOMES, outcome_of
from routing.engine.steps.base import ATTEMPT


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "answered"),
        (202, "answered"),
        (486, "busy"),
        (600, "busy"),
        (502, "unreachable"),
        (504, "unreachable"),
        (503, "congestion"),
        (603, "rejected"),
        (403, "rejected"),
        (404, "unallocated"),
        (410, "unallocated"),
        (484, "unallocated"),
        (482, "loop"),
        (483, "loop"),
        (487, "abandoned"),
        (500, "failed"),
        (488, "failed"),
        (302, "failed"),
    ],
)
def test_a_status_has_its_outcome_rung_or_not(status, outcome):
    assert outcome_of(status, rang=True) == outcome_of(status, rang=False) == outcome


@pytest.mark.parametrize("status", [408, 480])
def test_silence_depends_on_whether_it_rang(status):
    assert outcome_of(status, rang=True) == "no_answer"
    assert outcome_of(status, rang=False) == "unreachable"


CAUSES = {
    "busy": [17],
    "no_answer": [18, 19],
    "unreachable": [20, 27, 38],
    "congestion": [34, 41, 42],
    "rejected": [21],
    "unallocated": [1, 22, 28],
    "loop": [25],
    "failed": [16, 127],
}


@pytest.mark.parametrize(
    ("outcome", "cause"), [(o, c) for o, causes in CAUSES.items() for c in causes]
)
def test_a_q850_reason_decides_a_480_and_a_call_without_sip(outcome, cause):
    assert outcome_of(480, cause=cause, rang=True) == outcome
    assert outcome_of(None, cause=cause, rang=False) == outcome


def test_no_reply_at_all_is_unreachable():
    assert outcome_of(None, rang=False) == "unreachable"


def test_the_words_are_those_of_the_simulator():
    assert set(OUTCOMES) == ATTEMPT
