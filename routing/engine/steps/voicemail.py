"""Takes a message, which is sent to a mailbox."""

from collections.abc import Iterator
from typing import Any

from routing.engine.fields import Finding, announcement, text
from routing.engine.steps.base import Fields, Node, StepKind, Targets, WrittenStep
from routing.engine.walk import Run, Step, Walk


class Voicemail(StepKind):
    fields = ("announcement", "mailbox")
    library = ("announcement",)
    ends = True
    outcomes = None

    def check(self, fields: Fields) -> Iterator[Finding]:
        yield from announcement(fields)
        yield from text(fields, "mailbox")

    def mailboxes(self, fields: Fields) -> list[str]:
        mailbox = fields.get("mailbox")
        return [mailbox] if isinstance(mailbox, str) and mailbox else []

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        return {key: step.fields[key] for key in self.fields}

    def act(self, walk: Walk, name: str, node: Node) -> Run:
        walk.rerouted = True
        yield Step(walk.number, name, "voicemail", [], node)
        walk.did(name, "voicemail", None, "voicemail")
        walk.end("voicemail", node["mailbox"], "voicemail:")
        return None
