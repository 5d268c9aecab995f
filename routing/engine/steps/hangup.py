"""Ends the call with a cause."""

from collections.abc import Iterator
from typing import Any

from routing.engine.fields import Finding, bad
from routing.engine.steps.base import Fields, Node, StepKind, Targets, WrittenStep
from routing.engine.walk import Run, Step, Walk

CAUSES = ("normal", "busy", "unallocated", "rejected")


class Hangup(StepKind):
    fields = ("cause",)
    ends = True
    outcomes = None

    def check(self, fields: Fields) -> Iterator[Finding]:
        if fields.get("cause") not in CAUSES:
            yield bad("cause")

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        return {"cause": step.fields["cause"]}

    def act(self, walk: Walk, name: str, node: Node) -> Run:
        yield Step(walk.number, name, "hangup", [], node)
        walk.did(name, "hangup", None, node["cause"])
        walk.ending = node["cause"]
        walk.end("hangup")
        return None
