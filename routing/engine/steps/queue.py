"""Lets the caller wait for an agent."""

from collections.abc import Iterator
from typing import Any

from routing.engine.fields import Finding, bad, whole
from routing.engine.steps.base import Fields, Node, StepKind, Targets, WrittenStep
from routing.engine.walk import Run, Step, Walk

WAIT_SECONDS = (10, 3600)
LENGTHS = (1, 999)
MUSIC = "default"


class Queue(StepKind):
    fields = ("queue", "max_wait_s", "max_length", "music")
    library = ("queue",)
    required = ("timeout",)
    fallbacks = dict.fromkeys(("full", "no_agents", "callback"), "timeout")
    outcomes = frozenset({"answered", "abandoned", "timeout", *fallbacks})
    usual = "answered"

    def check(self, fields: Fields) -> Iterator[Finding]:
        if not isinstance(fields.get("queue"), str):
            yield bad("queue")
        yield from whole(fields, "max_wait_s", *WAIT_SECONDS)
        yield from whole(fields, "max_length", *LENGTHS)
        if not isinstance(fields.get("music", ""), str):
            yield bad("music")

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        endings = (*self.required, *self.fallbacks)
        return {
            "ways": {ending: self.leads(step, ending) for ending in endings},
            "music": MUSIC,
            **{key: step.fields[key] for key in self.fields if key in step.fields},
        }

    def act(self, walk: Walk, name: str, node: Node) -> Run:
        walk.rerouted = True
        outcome = yield Step(walk.number, name, "queue", [], node)
        ways = node["ways"]
        known = ("answered", "abandoned", *ways)
        word = outcome if isinstance(outcome, str) and outcome in known else "timeout"
        walk.did(name, "queue", None, word)
        if word == "answered":
            walk.end("answered", node["queue"], "queue:")
            return None
        if word == "abandoned":
            walk.end("abandoned")
            return None
        exit_, following = ways[word]
        walk.because(name, exit_, "queue_" + word, {"queue": node["queue"]})
        return following
