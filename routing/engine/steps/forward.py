"""Sends the call on to one destination, for good."""

from collections.abc import Iterator
from typing import Any

from routing.engine.fields import DEFAULT_RING_SECONDS, Finding, bad
from routing.engine.offer import send
from routing.engine.steps.base import Fields, Node, StepKind, Targets, WrittenStep
from routing.engine.walk import OWN_LINE, Run, Walk


class Forward(StepKind):
    fields = ("destination",)
    ends = True
    usual = "answered"

    def check(self, fields: Fields) -> Iterator[Finding]:
        if not isinstance(fields.get("destination"), str):
            yield bad("destination")

    def destinations(
        self, fields: Fields
    ) -> Iterator[tuple[str, tuple[str | int, ...]]]:
        written = fields.get("destination")
        if isinstance(written, str):
            yield written, ("destination",)

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        target = targets(step.fields["destination"], DEFAULT_RING_SECONDS)
        return {"target": target or [OWN_LINE, None, DEFAULT_RING_SECONDS, None]}

    def act(self, walk: Walk, name: str, node: Node) -> Run:
        return send(walk, name, "forward", node["target"], node, "forwarded")
