"""Plays an announcement and goes on."""

from collections.abc import Iterator
from typing import Any

from routing.engine.fields import Finding, announcement
from routing.engine.steps.base import Fields, Node, StepKind, Targets, WrittenStep
from routing.engine.walk import Run, Step, Walk


class Announcement(StepKind):
    fields = ("announcement",)
    library = ("announcement",)
    required = ("done",)
    outcomes = frozenset({"done", "abandoned"})

    def check(self, fields: Fields) -> Iterator[Finding]:
        return announcement(fields)

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        return {
            "announcement": step.fields["announcement"],
            "ways": {"done": self.leads(step, "done")},
        }

    def act(self, walk: Walk, name: str, node: Node) -> Run:
        outcome = yield Step(walk.number, name, "announcement", [], node)
        heard = "abandoned" if outcome == "abandoned" else "done"
        walk.did(name, "announcement", None, heard)
        if heard == "abandoned":
            walk.end("abandoned")
            return None
        exit_, following = node["ways"]["done"]
        said = {"announcement": node["announcement"]}
        walk.because(name, exit_, "announced", said)
        return following
