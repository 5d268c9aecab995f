"""Routing decisions a second on one core: ``resolve`` with its trace.

The plan is that of a real small number: opening hours, the caller's origin, a
distribution, a ring. The ceiling beside it is an empty generator started and
stepped once, which is the least any walk can cost in this language.
"""

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from routing import engine

NOW = dt.datetime(2026, 11, 23, 8, 15, tzinfo=dt.UTC)
RUNS = 5
CALLS = 20_000

WORLD: dict[str, Any] = {
    "number": {"e164": "+3225501234"},
    "document": {
        "schema": 1,
        "entry": "hours",
        "nodes": {
            "hours": {
                "type": "schedule",
                "calendar": "office",
                "exits": {"open": "from", "closed": "night", "holiday": "night"},
            },
            "from": {
                "type": "origin",
                "rules": [{"prefixes": ["+3247", "+3248", "+3249"], "exit": "mobile"}],
                "exits": {"mobile": "share", "other": "share"},
            },
            "share": {
                "type": "distribution",
                "shares": {"a": 60, "b": 40},
                "exits": {"a": "desk", "b": "desk"},
            },
            "desk": {
                "type": "ring",
                "mode": "sequential",
                "targets": [{"destination": "site:gent", "ring_s": 20}],
                "exits": {"failed": "night"},
            },
            "night": {
                "type": "voicemail",
                "announcement": "leave",
                "mailbox": "info@acme.example",
            },
        },
    },
    "calendars": {
        "office": {
            "weekly": {
                day: [["08:30", "12:00"], ["13:00", "17:30"]]
                for day in ("mon", "tue", "wed", "thu", "fri")
            },
            "holidays": "BE",
        }
    },
    "sites": {"gent": "+3292223344"},
    "announcements": ["leave"],
}


def run() -> dict[str, Any]:
    """Return decisions a second: the best of five runs of 20,000 calls."""
    text = json.dumps(engine.compile_plan(WORLD, NOW))
    plan = json.loads(text)
    instant = NOW.timestamp()
    facts = [engine.Facts("+32475123456", ordinal) for ordinal in range(CALLS)]

    def decide() -> None:
        resolve = engine.resolve
        for fact in facts:
            resolve(plan, fact, instant)

    def ceiling() -> None:
        for _ in range(CALLS):
            list(islice(_empty(), 1))

    value, empty = _rate(decide), _rate(ceiling)
    return {
        "name": "Routing decision (resolve with trace)",
        "value": round(value),
        "unit": "decisions/s on one core",
        "target": 100_000,
        "ceiling": round(empty),
        "ratio": round(empty / value, 2),
    }


def _empty() -> Iterator[None]:
    yield None


def _rate(work: Callable[[], None]) -> float:
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return CALLS / best


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
