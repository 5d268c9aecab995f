"""The demo's calls since November: the same for everybody, and never in the future.

Who calls whom and when comes from the day's seed; where each call went comes out of
the engine, from the plan its number had at that moment. Loading again adds only what
has happened since. October comes from its file, with the totals the documents speak of.
"""

import csv
import datetime as dt
import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path

from demo.network import Network
from routing.engine.holidays import belgian_holiday
from traffic.ingest.delivery import IngestResult, read_delivery
from traffic.ingest.locks import lock_sources
from traffic.ingest.record import as_row
from traffic.ingest.storage import store_batch
from traffic.models import CallRecord, QuarantinedRecord
from vms_portal.kernel.data.row_security import system_scope
from vms_portal.kernel.local_time import BRUSSELS, local_date, midnight

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
# Where a landline's own part begins: an area code and what is assigned below it.
AREAS = ("2555", "3555", "4255", "9255")


def load_calls(now: dt.datetime) -> IngestResult:
    """Store every call that ended by ``now``; return what became of the new ones."""
    total, day = IngestResult(), FIRST_DAY
    with system_scope():
        network = Network(now)
    while day <= local_date(now):
        total += _load_day(day, network, now)
        day += dt.timedelta(days=1)
    return total


def _load_day(day: dt.date, network: Network, now: dt.datetime) -> IngestResult:
    """What is stored stays as it is, whatever the plans say by now."""
    with system_scope():
        # Two loads at once would else each make up the same calls.
        lock_sources([SOURCE])
        known = _known(day)
        rows = [
            row
            for row in calls_of(day, network)
            if row["call_id"] not in known and _is_over(row, now)
        ]
        if not rows:
            return IngestResult()
        content = json.dumps(rows, sort_keys=True).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        delivery = read_delivery(map(as_row, rows), now)
        key = f"demo/{day}/{sha256[:16]}"
        outcome, _repeated = store_batch(delivery, key=key, sha256=sha256, now=now)
    return outcome


def _known(day: dt.date) -> set[str]:
    """Return the calls of that day that were delivered, set aside ones as well."""
    mine = {"source": SOURCE, "call_id__startswith": f"{day:%Y%m%d}-"}
    near = (midnight(day), midnight(day + dt.timedelta(days=1)))
    stored = CallRecord.objects.filter(**mine, started_at__range=near)
    aside = QuarantinedRecord.objects.filter(**mine)
    return {
        *stored.values_list("call_id", flat=True),
        *aside.values_list("call_id", flat=True),
    }


def read_numbers() -> list[str]:
    return [
        row["number"]
        for name in NUMBERS
        for row in csv.DictReader((HERE / name).open(encoding="utf-8"))
    ]


def calls_of(day: dt.date, network: Network) -> Iterator[dict[str, str]]:
    """Yield the whole day's calls as the network delivers them."""
    dice = random.Random(f"calls of {day}")  # noqa: S311
    is_quiet = day.weekday() >= 5 or belgian_holiday(day) is not None
    count = dice.randint(*(QUIET_DAY if is_quiet else WORKING_DAY))
    numbers = read_numbers()
    # The first numbers of a site are the ones people know.
    weights = [1 + 8 / (1 + place % 10) for place in range(len(numbers))]
    for place in range(count):
        number = dice.choices(numbers, weights)[0]
        at, caller = _moment(day, dice), _caller(dice)
        # Its own dice: how one call goes changes nothing about the next.
        own = random.Random(f"call {place} of {day}")  # noqa: S311
        noted = network.carry(number, caller, at, place, own)
        if noted is not None:
            key = f"{day:%Y%m%d}-{place:04d}@{SOURCE}"
            yield {"source": SOURCE, "call_id": key, **noted}


def _moment(day: dt.date, dice: random.Random) -> dt.datetime:
    hour = dice.choices(range(24), HOURS)[0]
    time = dt.time(hour, dice.randrange(60), dice.randrange(60))
    return dt.datetime.combine(day, time, BRUSSELS).astimezone(dt.UTC)


def _caller(dice: random.Random) -> str:
    """Mostly mobiles that call again, some landlines, some who hide."""
    kind = dice.random()
    if kind < 0.06:
        return ""
    regular = dice.randrange(400)
    if kind < 0.7:
        return f"+3247{5 + regular % 5}55{regular:04d}"
    return f"+32{AREAS[regular % 4]}{regular:04d}"


def _is_over(row: dict[str, str], now: dt.datetime) -> bool:
    return dt.datetime.fromisoformat(row["ended_at"]) <= now
