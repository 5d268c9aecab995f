"""The fields of each type of step: which must be there, and within what."""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeGuard

RING_SECONDS = range(5, 61)
DEFAULT_RING_SECONDS = 20
HANGUP_CAUSES = ("normal", "busy", "unallocated", "rejected")
RING_MODES = ("sequential", "simultaneous")
DIGITS = frozenset("0123456789*#")
PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")
COUNTRY = re.compile(r"[A-Z]{2}")

# code, where inside the step, parameters
Finding = tuple[str, tuple[str | int, ...], dict[str, Any]]
Check = Callable[[dict[str, Any]], Iterator[Finding]]


def is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def is_prefix(value: object) -> bool:
    """Tell whether ``value`` is a prefix of E.164 numbers, such as +3247."""
    return isinstance(value, str) and PREFIX.fullmatch(value) is not None


def is_approval(value: object) -> bool:
    """Tell whether ``value`` can be an approval of numbers abroad: +33 or US."""
    named = isinstance(value, str) and COUNTRY.fullmatch(value) is not None
    return named or is_prefix(value)


def _bad(*where: str | int, **params: Any) -> Finding:
    return "bad_field", where, {"field": ".".join(map(str, where)), **params}


def _text(step: dict[str, Any], field: str) -> Iterator[Finding]:
    value = step.get(field)
    if not isinstance(value, str) or not value.strip():
        yield _bad(field)


def _whole(
    step: dict[str, Any], field: str, least: int, most: int
) -> Iterator[Finding]:
    value = step.get(field)
    if not is_whole(value) or not least <= value <= most:
        yield _bad(field, least=least, most=most)


def _announcement(step: dict[str, Any]) -> Iterator[Finding]:
    value = step.get("announcement")
    if not isinstance(value, str):
        yield _bad("announcement")
    elif not value.strip():
        yield "empty_announcement", ("announcement",), {"announcement": value}


def _schedule(step: dict[str, Any]) -> Iterator[Finding]:
    if not isinstance(step.get("calendar"), str):
        yield _bad("calendar")


def _origin(step: dict[str, Any]) -> Iterator[Finding]:
    rules = step.get("rules")
    if not isinstance(rules, list):
        yield _bad("rules")
        return
    seen: set[str] = set()
    for index, rule in enumerate(rules):
        if not isinstance(rule, dict):
            yield _bad("rules", index)
            continue
        if not isinstance(rule.get("exit"), str) or rule["exit"] == "withheld":
            yield _bad("rules", index, "exit")
        yield from _prefixes(rule.get("prefixes"), index, seen)


def _prefixes(raw: object, index: int, seen: set[str]) -> Iterator[Finding]:
    if not isinstance(raw, list):
        yield _bad("rules", index, "prefixes")
        return
    for position, prefix in enumerate(raw):
        if not is_prefix(prefix) or prefix in seen:
            yield _bad("rules", index, "prefixes", position)
        else:
            seen.add(prefix)


def _distribution(step: dict[str, Any]) -> Iterator[Finding]:
    shares = step.get("shares")
    if not isinstance(shares, dict):
        yield _bad("shares")
        return
    numeric = True
    for name, share in shares.items():
        if isinstance(share, bool) or not isinstance(share, int | float):
            numeric = False
            yield _bad("shares", name)
    if numeric and not _shares_fit(list(shares.values())):
        yield "shares_not_100", ("shares",), {}


def _shares_fit(shares: list[Any]) -> bool:
    whole = all(is_whole(share) and 0 <= share <= 100 for share in shares)
    return whole and sum(shares) == 100


def _menu(step: dict[str, Any]) -> Iterator[Finding]:
    yield from _announcement(step)
    yield from _whole(step, "timeout_s", 1, 30)
    yield from _whole(step, "attempts", 1, 5)


def _ring(step: dict[str, Any]) -> Iterator[Finding]:
    if step.get("mode") not in RING_MODES:
        yield _bad("mode")
    targets = step.get("targets")
    if not isinstance(targets, list) or not targets:
        yield _bad("targets")
        return
    for index, target in enumerate(targets):
        yield from _target(target, index)


def _target(target: object, index: int) -> Iterator[Finding]:
    if not isinstance(target, dict):
        yield _bad("targets", index)
        return
    if not isinstance(target.get("destination"), str):
        yield _bad("targets", index, "destination")
    seconds = target.get("ring_s", DEFAULT_RING_SECONDS)
    if not is_whole(seconds):
        yield _bad("targets", index, "ring_s")
    elif seconds not in RING_SECONDS:
        params = {"seconds": seconds}
        yield "ring_out_of_range", ("targets", index, "ring_s"), params


def _queue(step: dict[str, Any]) -> Iterator[Finding]:
    if not isinstance(step.get("queue"), str):
        yield _bad("queue")
    yield from _whole(step, "max_wait_s", 10, 3600)
    yield from _whole(step, "max_length", 1, 999)
    if not isinstance(step.get("music", ""), str):
        yield _bad("music")


def _voicemail(step: dict[str, Any]) -> Iterator[Finding]:
    yield from _announcement(step)
    yield from _text(step, "mailbox")


def _forward(step: dict[str, Any]) -> Iterator[Finding]:
    if not isinstance(step.get("destination"), str):
        yield _bad("destination")


def _hangup(step: dict[str, Any]) -> Iterator[Finding]:
    if step.get("cause") not in HANGUP_CAUSES:
        yield _bad("cause")


CHECKS: dict[str, Check] = {
    "schedule": _schedule,
    "origin": _origin,
    "distribution": _distribution,
    "menu": _menu,
    "announcement": _announcement,
    "ring": _ring,
    "queue": _queue,
    "voicemail": _voicemail,
    "forward": _forward,
    "hangup": _hangup,
}
