"""Asks where the caller's number comes from: the longest prefix that fits wins."""

from collections.abc import Iterator
from typing import Any

from routing.engine.fields import Finding, bad, is_prefix
from routing.engine.steps.base import (
    NOTHING,
    Fields,
    Node,
    StepKind,
    Targets,
    WrittenStep,
)
from routing.engine.walk import Walk, longest_prefix, prefix_table


class Origin(StepKind):
    fields = ("rules",)
    required = ("other",)
    fallbacks = {"withheld": "other"}
    chooses = True

    def check(self, fields: Fields) -> Iterator[Finding]:
        rules = fields.get("rules")
        if not isinstance(rules, list):
            yield bad("rules")
            return
        seen: set[str] = set()
        for index, rule in enumerate(rules):
            if not isinstance(rule, dict):
                yield bad("rules", index)
                continue
            if not isinstance(rule.get("exit"), str) or rule["exit"] == "withheld":
                yield bad("rules", index, "exit")
            yield from _prefixes(rule.get("prefixes"), index, seen)

    def own_exits(self, fields: Fields) -> list[str]:
        rules = fields.get("rules")
        rules = rules if isinstance(rules, list) else []
        named = [rule.get("exit") for rule in rules if isinstance(rule, dict)]
        return [name for name in named if isinstance(name, str) and name != "withheld"]

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        by_prefix = {
            prefix: self.leads(step, rule["exit"])
            for rule in step.fields["rules"]
            for prefix in rule["prefixes"]
        }
        other, withheld = self.leads(step, "other"), self.leads(step, "withheld")
        return {**prefix_table(by_prefix), "other": other, "withheld": withheld}

    def following(self, node: Node) -> Iterator[str]:
        ways = (*node["prefixes"].values(), node["other"], node["withheld"])
        return (name for _exit, name in ways)

    def choose(self, walk: Walk, name: str, node: Node) -> str:
        caller = walk.facts.caller
        if not caller:
            exit_, following = node["withheld"]
            walk.because(name, exit_, "withheld", NOTHING)
            return following
        prefix = longest_prefix(node, caller)
        if prefix is None:
            exit_, following = node["other"]
            walk.because(name, exit_, "other_origin", NOTHING)
            return following
        exit_, following = node["prefixes"][prefix]
        walk.because(name, exit_, "origin", {"prefix": prefix})
        return following


def _prefixes(raw: object, index: int, seen: set[str]) -> Iterator[Finding]:
    if not isinstance(raw, list):
        yield bad("rules", index, "prefixes")
        return
    for position, prefix in enumerate(raw):
        if not is_prefix(prefix) or prefix in seen:
            yield bad("rules", index, "prefixes", position)
        else:
            seen.add(prefix)
