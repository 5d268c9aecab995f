"""Sends the call on to one destination, for good."""

from collections.abc import Iterator
from typing import Any

from routing.engine.fields import (
    CONFIRM,
    DEFAULT_RING_SECONDS,
    Finding,
    bad,
    confirm,
    confirm_seconds,
)
from routing.engine.offer import send
from routing.engine.steps.base import Fields, Node, StepKind, Targets, WrittenStep
from routing.engine.walk import OWN_LINE, Run, Target, Walk


class Forward(StepKind):
    fields = ("destination", *CONFIRM)
    ends = True
    usual = "answered"

    def check(self, fields: Fields) -> Iterator[Finding]:
        if not isinstance(fields.get("destination"), str):
            yield bad("destination")
        yield from confirm(fields)

    def destinations(
        self, fields: Fields
    ) -> Iterator[tuple[str, tuple[str | int, ...]]]:
        written = fields.get("destination")
        if isinstance(written, str):
            yield written, ("destination",)

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        written, confirm_s = step.fields["destination"], confirm_seconds(step.fields)
        target = targets(written, DEFAULT_RING_SECONDS, confirm_s)
        return {"target": target or [OWN_LINE, None, DEFAULT_RING_SECONDS, None]}

    def targets(self, node: Node) -> list[Target]:
        return [node["target"]]

    def act(self, walk: Walk, name: str, node: Node) -> Run:
        return send(walk, name, "forward", node["target"], node, "forwarded")
