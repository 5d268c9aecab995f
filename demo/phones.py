"""What phones and callers of the demo do with a call, second by second."""

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

from routing.engine import Walk
from routing.engine.walk import Step

Did = dict[str, Any]
# How often a phone that is called gives each outcome, as shares.
PHONE = {"answered": 80, "no_answer": 9, "busy": 5, "abandoned": 5, "unreachable": 1}
QUEUE = {"answered": 78, "abandoned": 13, "timeout": 9}
HEARD = {"done": 85, "abandoned": 15}
SILENT = {"busy", "unreachable"}
# The logarithm of the usual seconds, and the most.
TALK, MESSAGE = (4.7, 3_000), (2.8, 120)


@dataclass(slots=True)
class Course:
    """When things happened; ``legs`` holds what was done and when it ended."""

    clock: dt.datetime
    ringing_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    legs: list[tuple[dt.datetime, Did]] = field(default_factory=list)

    @property
    def ended_at(self) -> dt.datetime:
        return self.clock

    def wait(self, seconds: int) -> None:
        self.clock += dt.timedelta(seconds=seconds)


def follow(walk: Walk, began: dt.datetime, dice: random.Random) -> Course:
    """Drive a call to its end; return its course in time."""
    course = Course(began)
    while (step := walk.step) is not None:
        done = len(walk.steps)
        _take(walk, step, course, dice)
        course.legs += [(course.clock, did) for did in walk.steps[done:]]
    if walk.result in {"answered", "forwarded", "voicemail"}:
        course.answered_at = course.clock
        usual, longest = MESSAGE if walk.result == "voicemail" else TALK
        course.wait(min(int(dice.lognormvariate(usual, 0.8)) + 8, longest))
    return course


def _take(walk: Walk, step: Step, course: Course, dice: random.Random) -> None:
    if step.targets:
        _ring(walk, step, course, dice)
    elif step.kind == "queue":
        course.ringing_at = course.ringing_at or course.clock
        course.wait(dice.randint(5, 90))
        walk.next_step(_draw(QUEUE, dice))
    elif step.kind == "menu":
        course.wait(dice.randint(4, 12))
        walk.next_step(dice.choice(sorted(step.node["ways"])))
    elif step.kind == "announcement":
        heard = _draw(HEARD, dice)
        course.wait(8 if heard == "done" else dice.randint(2, 7))
        walk.next_step(heard)
    else:
        walk.next_step("done")


def _ring(walk: Walk, step: Step, course: Course, dice: random.Random) -> None:
    """Ring the step's phones; of several one answers, the others stop."""
    word, longest = _draw(PHONE, dice), max(target[2] for target in step.targets)
    if word not in SILENT:
        course.ringing_at = course.ringing_at or course.clock
    seconds = {"no_answer": longest, "busy": 1, "unreachable": 2}
    course.wait(seconds.get(word) or dice.randint(3, longest))
    words = [word] * len(step.targets)
    if word == "answered" and len(words) > 1:
        words = ["cancelled"] * len(words)
        words[dice.randrange(len(words))] = word
    walk.next_step(words if len(words) > 1 else word)


def _draw(shares: dict[str, int], dice: random.Random) -> str:
    return dice.choices(list(shares), list(shares.values()))[0]
