"""How many calls a second one core routes, with the trace of each decision."""

import datetime as dt
from zoneinfo import ZoneInfo

from benchmarks.measure import Row, best_cpu, report
from routing import engine

CALLS = 20_000
MUST = 100_000
BRUSSELS = ZoneInfo("Europe/Brussels")
OPENING = [["08:30", "12:00"], ["13:00", "17:30"]]


NODES = {
    "hours": {
        "type": "schedule",
        "calendar": "office",
        "exits": {"open": "menu", "closed": "night"},
    },
    "menu": {
        "type": "menu",
        "announcement": "welcome",
        "timeout_s": 5,
        "attempts": 3,
        "exits": {"1": "office", "timeout": "office", "invalid": "night"},
    },
    "office": {
        "type": "ring",
        "mode": "sequential",
        "targets": [
            {"destination": destination, "ring_s": 20}
            for destination in ("site:brussels", "+32470112233")
        ],
        "exits": {"failed": "night"},
    },
    "night": {
        "type": "voicemail",
        "announcement": "leave",
        "mailbox": "info@acme.example",
    },
}
OFFICE = {
    "time_zone": BRUSSELS.key,
    "mode": "auto",
    "weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OPENING),
    "holidays": "BE",
    "special": [],
}
# A usual number: office hours, a key to press, two lines, voicemail at night.
WORLD = {
    "number": {"e164": "+3225501234", "option": "CLASSIC", "suspended": False},
    "document": {"schema": 1, "entry": "hours", "nodes": NODES},
    "calendars": {"office": OFFICE},
    "sites": {"brussels": "+3225501234"},
    "announcements": ["welcome", "leave"],
}


def main() -> None:
    now = dt.datetime(2026, 11, 23, 9, 15, tzinfo=BRUSSELS)
    plan = engine.compile_plan(WORLD, now)
    instant = now.timestamp()

    def decide() -> None:
        for ordinal in range(CALLS):
            walk = engine.resolve(plan, engine.Facts("+32470112233", ordinal), instant)
            assert walk.trace

    rate = CALLS / best_cpu(decide)
    row = Row(
        "routing decision with trace, one core",
        f"{rate:,.0f}/s",
        "-",
        None,
        f"{MUST:,}/s",
        rate >= MUST,
    )
    report([row])
