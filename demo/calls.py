"""The demo's calls since November: the same for everybody, and never in the future.

Each day is made from its own seed, so loading again adds only what has happened
since. October comes from its file, with the totals the documents speak of.
"""

import csv
import datetime as dt
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from routing.engine.holidays import belgian_holiday
from traffic.ingest.delivery import Outcome, read_delivery
from traffic.ingest.record import as_row
from traffic.ingest.storage import store_batch
from vms_portal.kernel.local_time import BRUSSELS, local_date

FIRST_DAY = dt.date(2026, 11, 1)
HERE = Path(__file__).resolve().parent
NUMBERS = ("numbers-acme.csv", "numbers-globex.csv")
SOURCE = "edge-1"
WORKING_DAY, QUIET_DAY = (240, 380), (18, 46)
# Calls by hour of the day, as shares: a morning and an afternoon, little at night.
HOURS = (
    1,
    1,
    1,
    1,
    1,
    2,
    5,
    14,
    46,
    78,
    84,
    70,
    42,
    52,
    74,
    72,
    60,
    36,
    16,
    9,
    6,
    4,
    3,
    2,
)
DIVERSIONS = ("+32470112233", "+32475998877", "+3222005500")
ENDINGS = {
    "answered": 73, "no_answer": 9, "abandoned": 8, "busy": 5, "voicemail": 3,
    "unreachable": 1, "rejected": 1,
}  # fmt: skip
SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Number:
    e164: str
    site: str
    has_plan: bool


def load_calls(now: dt.datetime) -> Outcome:
    """Store every call that ended by ``now``; return what became of them."""
    total, numbers = Outcome(), read_numbers()
    day = FIRST_DAY
    while day <= local_date(now):
        rows = [row for row in calls_of(day, numbers) if _is_over(row, now)]
        if rows:
            content = json.dumps(rows, sort_keys=True).encode()
            outcome, repeated = store_batch(
                read_delivery(map(as_row, rows), now), key=f"demo/{day}/{len(rows)}",
                sha256=hashlib.sha256(content).hexdigest(), now=now,
            )  # fmt: skip
            total += outcome.as_replayed() if repeated else outcome
        day += dt.timedelta(days=1)
    return total


def read_numbers() -> list[Number]:
    return [
        Number(row["number"], row["site"].lower(), row["option"] == "CLASSIC")
        for name in NUMBERS
        for row in csv.DictReader((HERE / name).open(encoding="utf-8"))
    ]


def calls_of(day: dt.date, numbers: list[Number]) -> Iterator[dict[str, str]]:
    """Yield the whole day's calls as the network delivers them."""
    dice = random.Random(f"calls of {day}")  # noqa: S311
    is_quiet = day.weekday() >= 5 or belgian_holiday(day) is not None
    count = dice.randint(*(QUIET_DAY if is_quiet else WORKING_DAY))
    # The first numbers of a site are the ones people know.
    weights = [1 + 8 / (1 + place % 10) for place in range(len(numbers))]
    for place in range(count):
        number = dice.choices(numbers, weights)[0]
        at = _moment(day, dice)
        yield _call(f"{day:%Y%m%d}-{place:04d}@{SOURCE}", number, at, dice)


def _moment(day: dt.date, dice: random.Random) -> dt.datetime:
    hour = dice.choices(range(24), HOURS)[0]
    time = dt.time(hour, dice.randrange(60), dice.randrange(60))
    return dt.datetime.combine(day, time, BRUSSELS).astimezone(dt.UTC)


def _call(
    key: str, number: Number, at: dt.datetime, dice: random.Random
) -> dict[str, str]:
    outcome = dice.choices(list(ENDINGS), list(ENDINGS.values()))[0]
    is_rerouted = dice.random() < (0.38 if number.has_plan else 0.12)
    destination = dice.choice(DIVERSIONS) if is_rerouted else "line"
    if outcome == "voicemail":
        destination = "voicemail:info"
    elif is_rerouted and number.has_plan and dice.random() < 0.3:
        destination = "queue:sales"
    first_ring = at + dice.randint(1, 3) * SECOND
    legs = []
    if is_rerouted and destination.startswith("+"):
        # The own line was tried first, in vain.
        legs.append(_leg(first_ring, "r1", f"site:{number.site}", "no_answer"))
        at_last = first_ring + dice.randint(15, 20) * SECOND
    else:
        at_last = first_ring
    legs.append(_leg(at_last, "r2" if legs else "r1", destination, outcome))
    waited = at_last + dice.randint(3, 24) * SECOND
    is_taken = outcome in {"answered", "voicemail"}
    talk = int(dice.lognormvariate(4.7, 0.8)) + 8 if is_taken else 0
    return {
        "source": SOURCE, "call_id": key, "called": number.e164,
        "caller": _caller(dice), "started_at": _text(at),
        "ringing_at": _text(first_ring),
        "answered_at": _text(waited) if is_taken else "",
        "ended_at": _text(waited + min(talk, 3_000) * SECOND),
        "treatment": "rerouted" if is_rerouted else "direct", "outcome": outcome,
        "destination": destination, "plan_version": "1" if number.has_plan else "",
        "legs": json.dumps(legs),
    }  # fmt: skip


def _leg(at: dt.datetime, node: str, destination: str, outcome: str) -> dict[str, str]:
    return {
        "at": _text(at), "node": node, "destination": destination, "outcome": outcome,
    }  # fmt: skip


def _caller(dice: random.Random) -> str:
    """Mostly mobiles that call again, some landlines, some who hide."""
    kind = dice.random()
    if kind < 0.06:
        return ""
    regular = dice.randrange(400)
    if kind < 0.7:
        return f"+3247{5 + regular % 5}55{regular:04d}"
    return f"+32{(2, 3, 4, 9)[regular % 4]}555{regular:04d}"


def _is_over(row: dict[str, str], now: dt.datetime) -> bool:
    return dt.datetime.fromisoformat(row["ended_at"]) <= now


def _text(at: dt.datetime) -> str:
    return at.isoformat()
