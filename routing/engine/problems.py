"""What is wrong with an input: codes and parameters, never sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``path`` is a JSON Pointer (RFC 6901) into the input.

    ``node`` names a step and is None outside a document; ``number`` is set for
    a finding in the configuration of another number of the customer.
    """

    code: str
    path: str
    node: str | None = None
    number: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form; ``number`` only where it says something."""
        fields = {"code": self.code, "node": self.node, "path": self.path}
        if self.number is not None:
            fields["number"] = self.number
        return {**fields, "params": dict(self.params)}


def pointer(base: str, *parts: str | int) -> str:
    """Append ``parts`` to a JSON Pointer, escaping ``~`` and ``/``."""
    escaped = (str(p).replace("~", "~0").replace("/", "~1") for p in parts)
    return "/".join((base, *escaped))
