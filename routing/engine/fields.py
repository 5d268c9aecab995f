"""Checks of fields that several kinds of step have."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

RING_SECONDS = range(5, 61)
DEFAULT_RING_SECONDS = 20
# How long who answers has to press 1, where a destination asks that.
CONFIRM_SECONDS = range(5, 21)
DEFAULT_CONFIRM_SECONDS = 10
CONFIRM = ("confirm", "confirm_s")
PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")
COUNTRY = re.compile(r"[A-Z]{2}")

# code, where inside the step, parameters
Finding = tuple[str, tuple[str | int, ...], dict[str, Any]]


def is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def is_prefix(value: object) -> bool:
    """Tell whether ``value`` is a prefix of E.164 numbers, such as +3247."""
    return isinstance(value, str) and PREFIX.fullmatch(value) is not None


def is_approval(value: object) -> bool:
    """Tell whether ``value`` can be an approval of numbers abroad: +33 or US."""
    named = isinstance(value, str) and COUNTRY.fullmatch(value) is not None
    return named or is_prefix(value)


def bad(*where: str | int, **params: Any) -> Finding:
    """Return the finding that a field is missing or wrong."""
    return "bad_field", where, {"field": ".".join(map(str, where)), **params}


def text(step: Mapping[str, Any], field: str) -> Iterator[Finding]:
    value = step.get(field)
    if not isinstance(value, str) or not value.strip():
        yield bad(field)


def whole(
    step: Mapping[str, Any], field: str, least: int, most: int
) -> Iterator[Finding]:
    value = step.get(field)
    if not is_whole(value) or not least <= value <= most:
        yield bad(field, least=least, most=most)


def confirm(sending: Mapping[str, Any], *where: str | int) -> Iterator[Finding]:
    """Check whether who answers has to press 1; ``where`` the destination stands."""
    if not isinstance(sending.get("confirm", False), bool):
        yield bad(*where, "confirm")
    seconds = sending.get("confirm_s", DEFAULT_CONFIRM_SECONDS)
    least, most = CONFIRM_SECONDS[0], CONFIRM_SECONDS[-1]
    if not is_whole(seconds) or seconds not in CONFIRM_SECONDS:
        yield bad(*where, "confirm_s", least=least, most=most)


def confirm_seconds(sending: Mapping[str, Any]) -> int | None:
    """Return how long who answers has to press 1; None where it is not asked."""
    if sending.get("confirm") is not True:
        return None
    seconds = sending.get("confirm_s")
    return seconds if is_whole(seconds) else DEFAULT_CONFIRM_SECONDS


def announcement(step: Mapping[str, Any]) -> Iterator[Finding]:
    value = step.get("announcement")
    if not isinstance(value, str):
        yield bad("announcement")
    elif not value.strip():
        yield "empty_announcement", ("announcement",), {"announcement": value}
