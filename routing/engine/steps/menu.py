"""Lets the caller press a key."""

from collections.abc import Iterator, Mapping
from typing import Any

from routing.engine.fields import Finding, announcement, whole
from routing.engine.steps.base import Fields, Node, StepKind, Targets, WrittenStep
from routing.engine.walk import Run, Step, Walk

KEYS = tuple("1234567890*#")
SECONDS = (1, 30)
ATTEMPTS = (1, 5)


class Menu(StepKind):
    fields = ("announcement", "timeout_s", "attempts")
    library = ("announcement",)
    required = ("timeout", "invalid")
    outcomes = frozenset(KEYS) | {"timeout", "invalid", "abandoned"}
    usual = "timeout"

    def check(self, fields: Fields) -> Iterator[Finding]:
        yield from announcement(fields)
        yield from whole(fields, "timeout_s", *SECONDS)
        yield from whole(fields, "attempts", *ATTEMPTS)

    def allowed_exits(self, fields: Fields) -> list[str]:
        return [*KEYS, *super().allowed_exits(fields)]

    def missing_exits(self, fields: Fields, present: Mapping[str, Any]) -> list[str]:
        missing = super().missing_exits(fields, present)
        return missing if present.keys() & set(KEYS) else [*missing, "0-9 * #"]

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        ways = {name: self.leads(step, name) for name in step.exits}
        return {"ways": ways, **{key: step.fields[key] for key in self.fields}}

    def act(self, walk: Walk, name: str, node: Node) -> Run:
        key = yield Step(walk.number, name, "menu", [], node)
        if key == "abandoned":
            walk.did(name, "menu", None, "abandoned")
            walk.end("abandoned")
            return None
        ways = node["ways"]
        wanted = key if isinstance(key, str) and key in ways else "invalid"
        walk.did(name, "menu", None, wanted)
        walk.choice = wanted if wanted in KEYS else None
        exit_, following = ways[wanted]
        code = wanted if wanted in self.required else "key"
        walk.because(name, exit_, "menu_" + code, {"key": key})
        return following
