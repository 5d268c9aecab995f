"""Asks a calendar: open, closed or on a holiday."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from routing.engine.fields import Finding, bad
from routing.engine.steps.base import (
    NOTHING,
    Fields,
    Node,
    StepKind,
    Targets,
    WrittenStep,
)
from routing.engine.walk import Walk


class Schedule(StepKind):
    fields = ("calendar",)
    library = ("calendar",)
    required = ("open", "closed")
    fallbacks = {"holiday": "closed"}
    chooses = True

    def check(self, fields: Fields) -> Iterator[Finding]:
        if not isinstance(fields.get("calendar"), str):
            yield bad("calendar")

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        states = (*self.required, *self.fallbacks)
        ways = {state: self.leads(step, state) for state in states}
        return {"calendar": step.fields["calendar"], "ways": ways}

    def choose(self, walk: Walk, name: str, node: Node) -> str:
        if walk.open_all:
            exit_, following = node["ways"]["open"]
            walk.because(name, exit_, "allowed_caller", NOTHING)
            return following
        calendar = walk.plan["calendars"][node["calendar"]]
        # Whole seconds: comparing integers is what makes the bisection quick.
        position = bisect_right(calendar["at"], walk.second)
        if position and walk.second < walk.plan["horizon"]:
            state, code, params = calendar["is"][position - 1]
        else:
            walk.alarms = (*walk.alarms, "past_horizon")
            state, code = "closed", "past_horizon"
            params = {"calendar": node["calendar"]}
        exit_, following = node["ways"][state]
        walk.because(name, exit_, code, params)
        return following
