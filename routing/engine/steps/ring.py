"""Rings phones, one after the other or all at once, and leaves by the cause."""

from collections.abc import Iterator
from typing import Any

from routing.engine.fields import (
    DEFAULT_RING_SECONDS,
    RING_SECONDS,
    Finding,
    bad,
    confirm,
    confirm_seconds,
    is_whole,
)
from routing.engine.offer import ring_all, send
from routing.engine.steps.base import Fields, Node, StepKind, Targets, WrittenStep
from routing.engine.walk import SIMULTANEOUS, Run, Target, Walk

MODES = ("sequential", SIMULTANEOUS)


class Ring(StepKind):
    fields = ("mode", "targets")
    required = ("failed",)
    fallbacks = dict.fromkeys(("busy", "no_answer", "unreachable"), "failed")
    usual = "answered"

    def check(self, fields: Fields) -> Iterator[Finding]:
        if fields.get("mode") not in MODES:
            yield bad("mode")
        targets = fields.get("targets")
        if not isinstance(targets, list) or not targets:
            yield bad("targets")
            return
        for index, target in enumerate(targets):
            yield from _target(target, index)

    def destinations(
        self, fields: Fields
    ) -> Iterator[tuple[str, tuple[str | int, ...]]]:
        targets = fields.get("targets")
        for index, target in enumerate(targets if isinstance(targets, list) else ()):
            written = target.get("destination") if isinstance(target, dict) else None
            if isinstance(written, str):
                yield written, ("targets", index, "destination")

    def ringing_seconds(self, fields: Fields) -> int:
        targets = fields.get("targets")
        targets = targets if isinstance(targets, list) else []
        times = [_seconds(target) for target in targets if isinstance(target, dict)]
        if fields.get("mode") == SIMULTANEOUS:
            return max(times, default=0)
        return sum(times)

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        compiled = [
            targets(
                target["destination"],
                target.get("ring_s", DEFAULT_RING_SECONDS),
                confirm_seconds(target),
            )
            for target in step.fields["targets"]
        ]
        causes = (*self.fallbacks, *self.required)
        ways = {cause: self.leads(step, cause) for cause in causes}
        allowed = [target for target in compiled if target is not None]
        return {"mode": step.fields["mode"], "targets": allowed, "ways": ways}

    def targets(self, node: Node) -> list[Target]:
        return list(node["targets"])

    def act(self, walk: Walk, name: str, node: Node) -> Run:
        targets = node["targets"]
        if not targets:
            causes = ["failed"]  # none of them may be called (any more)
        elif node["mode"] == SIMULTANEOUS:
            cause = yield from ring_all(walk, name, targets, node)
            causes = [cause] if cause else []
        else:
            causes = []
            for target in targets:
                cause = yield from send(walk, name, "ring", target, node)
                if cause is None:
                    return None
                causes.append(cause)
                if cause == "rejected":
                    break
        if walk.result is not None:
            return None
        ways = node["ways"]
        exit_, following = ways[causes[-1] if causes[-1] in ways else "failed"]
        code = "rang_together" if node["mode"] == SIMULTANEOUS else "rang"
        code = code if targets else "none_allowed"
        walk.because(name, exit_, code, {"causes": causes})
        return following


def _target(target: object, index: int) -> Iterator[Finding]:
    if not isinstance(target, dict):
        yield bad("targets", index)
        return
    if not isinstance(target.get("destination"), str):
        yield bad("targets", index, "destination")
    yield from confirm(target, "targets", index)
    seconds = target.get("ring_s", DEFAULT_RING_SECONDS)
    if not is_whole(seconds):
        yield bad("targets", index, "ring_s")
    elif seconds not in RING_SECONDS:
        params = {"seconds": seconds}
        yield "ring_out_of_range", ("targets", index, "ring_s"), params


def _seconds(target: dict[str, Any]) -> int:
    seconds = target.get("ring_s", DEFAULT_RING_SECONDS)
    if not is_whole(seconds):
        return DEFAULT_RING_SECONDS
    return min(max(0, seconds), 3600)  # a hostile number stays printable
