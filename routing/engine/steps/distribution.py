"""Deals calls over its exits by exact percentages."""

from collections.abc import Iterator
from typing import Any

from routing.engine.distribution import SLOTS, slot_table
from routing.engine.fields import Finding, bad, is_whole
from routing.engine.steps.base import Fields, Node, StepKind, Targets, WrittenStep
from routing.engine.walk import Walk

WHOLE = 100


class Distribution(StepKind):
    fields = ("shares",)
    chooses = True

    def check(self, fields: Fields) -> Iterator[Finding]:
        shares = fields.get("shares")
        if not isinstance(shares, dict):
            yield bad("shares")
            return
        numeric = True
        for name, share in shares.items():
            if isinstance(share, bool) or not isinstance(share, int | float):
                numeric = False
                yield bad("shares", name)
        if numeric and not shares_fit(list(shares.values())):
            yield "shares_not_100", ("shares",), {}

    def own_exits(self, fields: Fields) -> list[str]:
        shares = fields.get("shares")
        return list(shares) if isinstance(shares, dict) else []

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        slots = slot_table(step.fields["shares"])
        return {"slots": [self.leads(step, name) for name in slots]}

    def following(self, node: Node) -> Iterator[str]:
        return (name for _exit, name in node["slots"])

    def choose(self, walk: Walk, name: str, node: Node) -> str:
        slot = walk.ordinal(name) % SLOTS
        exit_, following = node["slots"][slot]
        walk.because(name, exit_, "slot", {"slot": slot})
        return following


def shares_fit(shares: list[Any]) -> bool:
    """Tell whether ``shares`` are whole percentages that total 100."""
    whole = all(is_whole(share) and 0 <= share <= WHOLE for share in shares)
    return whole and sum(shares) == WHOLE
