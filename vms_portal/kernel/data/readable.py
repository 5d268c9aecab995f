"""What PostgreSQL holds and Python does not, read as something that Python does.

Roles with few rights write columns that lists and tasks for everybody read. One row
with a number of 5,000 digits, JSON of a thousand floors or a moment without end would
end them all: such a number or document is read as its text, such a moment as the last.
"""

import datetime as dt
import json
import re
from functools import lru_cache, partial
from itertools import accumulate
from typing import Any

import psycopg2
from django.db.backends.signals import connection_created
from psycopg2 import extensions, extras

# A float ends at 309 digits, and Python makes no number of more than 4,300.
MOST_DIGITS = 300
_LONG_NUMBER = re.compile(rf"\d{{{MOST_DIGITS}}}")
MOST_FLOORS = 100
# Characters of a document that is too deep: enough to see what it is.
SHOWN = 500
_NO_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[^][{}"]+')
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
# How "infinity" and "BC" end.
_NO_DIGITS = "yC"
# A day from the ends of the calendar: any time zone has them.
_DAY = dt.timedelta(days=1)
FIRST = dt.datetime.min.replace(tzinfo=dt.UTC) + _DAY
LAST = dt.datetime.max.replace(tzinfo=dt.UTC) - _DAY


def use_everywhere() -> None:
    """Have every connection of this process read so."""
    for of, name, reader, first, last in _TYPES:
        read = partial(_as_python, reader, first, last)
        extensions.register_type(extensions.new_type((of,), name, read))
    day = extensions.new_type((1082,), "DAY", lambda value, _cursor: _as_day(value))
    extensions.register_type(day)
    connection_created.connect(_use_for_json, dispatch_uid="vms_readable_json")


def _use_for_json(connection: Any, **_signal: object) -> None:
    raw = connection.connection
    extras.register_default_jsonb(conn_or_curs=raw, loads=readable_json)


def readable_json(text: str) -> str:
    """Return JSON of the database in a form that Python makes values of."""
    if text.count("[") + text.count("{") > MOST_FLOORS and _floors(text) > MOST_FLOORS:
        return json.dumps(text[:SHOWN])
    if not _LONG_NUMBER.search(text):
        return text
    return json.dumps(json.loads(text, parse_int=_whole, parse_float=_broken))


def _floors(text: str) -> int:
    brackets = _NO_BRACKET.sub("", text)
    return max(accumulate(_STEPS[bracket] for bracket in brackets), default=0)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) < MOST_DIGITS else digits


def _broken(digits: str) -> float | str:
    return float(digits) if len(digits) < MOST_DIGITS else digits


def _as_python(
    reader: Any, first: Any, last: Any, value: str | None, cursor: Any
) -> Any:
    if value is None:
        return None
    # Lists have thousands of moments: the usual one is told by its last digit.
    is_none_of_ours = value[-1] in _NO_DIGITS
    try:
        found = None if is_none_of_ours else reader(value, cursor)
    except (ValueError, OverflowError, psycopg2.Error):
        found = None
    if found is None:
        return first if value.startswith("-") or value.endswith(" BC") else last
    return found if first <= found <= last else min(max(found, first), last)


@lru_cache(maxsize=4_096)
def _as_day(value: str | None) -> Any:
    """Read a day once: those of lists and months come again thousands of times."""
    return _as_python(extensions.PYDATE, FIRST.date(), LAST.date(), value, None)


# PostgreSQL's number of the type, our name for it, who reads it, and its ends.
_TYPES = (
    (1184, "MOMENT", extensions.PYDATETIMETZ, FIRST, LAST),
    (
        1114,
        "LOCAL_MOMENT",
        extensions.PYDATETIME,
        FIRST.replace(tzinfo=None),
        LAST.replace(tzinfo=None),
    ),
)
