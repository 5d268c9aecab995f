"""What became of a request's act, told once to all that answers around it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from django.http import HttpRequest


@dataclass
class Outcome:
    """As an act that was committed has it, until something else is noted."""

    # All that it wrote is rolled back: it ended on its way, failed, or its commit did.
    is_undone: bool = False
    # PostgreSQL ended it, so that another could go on.
    is_deadlock: bool = False
    # Whose session ended before it or on its way.
    session_ended_of: int | None = None
    # What it did outside of the database, taken back if it is done once more.
    taken_back: list[Callable[[], object]] = field(default_factory=list)


class _Told(HttpRequest):
    outcome: Outcome


def outcome_of(request: HttpRequest) -> Outcome:
    """Return the one outcome of this request, whoever asks first."""
    told = cast(_Told, request)
    if not hasattr(told, "outcome"):
        told.outcome = Outcome()
    return told.outcome


def part(copied: HttpRequest) -> None:
    """Give a copy of a request an outcome of its own: as the request's is by now."""
    own = outcome_of(copied)
    cast(_Told, copied).outcome = replace(own, taken_back=[*own.taken_back])
