"""What compiling leaves out of a plan, in sentences for the people it concerns."""

from collections.abc import Mapping

from routing.engine import Problem
from routing.plan.display_names import Names
from routing.words.destinations import words
from routing.words.sentences import message


def sentences(left_out: Mapping[str, str], names: Names) -> list[str]:
    """Return why each destination is no longer called; ``left_out`` has the reasons."""
    return [
        message(
            Problem(
                "forbidden_destination",
                "",
                params={"destination": words(destination, names), "reason": reason},
            )
        )
        for destination, reason in sorted(left_out.items())
    ]
