"""From rows of text to numbers: every cell read, or a problem for it."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from sys import intern

from numbers.destinations.policy import GEOGRAPHIC, MOBILE_KIND, classify
from numbers.importing.problems import MESSAGES, RowProblem
from numbers.importing.reading import RawRow
from numbers.models import ServiceOption
from numbers.notation.reading import Misread, normalise
from vms_portal.kernel.text import clean_text, visible_text

# Names lose hidden characters; in a telephone number they are a problem.
LONGEST = {"site": 80, "label": 80, "contract": 40}
LONGEST_OTHER = 60
MOST_CHANNELS = 10_000
SHOWN = 40
BELGIAN_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", re.ASCII)
# What a reader makes of bytes that are no letters.
DAMAGED = re.compile(r"[\ud800-\udfff]")
FIRST_YEAR, LAST_YEAR = 1990, 2100
# A number and its first day, in little memory: it may come, go and come again.
NumberKey = int
OPTIONS = {
    **{option.value: option.value for option in ServiceOption},
    "VMS_CLASSIC": "CLASSIC",
    "VMS_DRS": "DRS",
    "SMART_ROUTING": "CLASSIC",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row, read. None: the column is not in the file, or its cell is empty."""

    row: int
    e164: str
    site: str
    option: str
    activated_on: dt.date
    option_from: dt.date | None
    released_on: dt.date | None
    label: str | None
    contract: str | None
    line: str | None
    channels: int | None

    @property
    def key(self) -> NumberKey:
        return int(self.e164[1:]) * 1_000_000 + self.activated_on.toordinal()

    def about(self) -> tuple[object, ...]:
        """What all rows of one number must agree on, as must the sites they mean."""
        return (self.released_on, self.label, self.contract)


@dataclass(frozen=True, slots=True)
class Unread:
    """A row with problems, and what it names as far as that could be read."""

    row: int
    site: str | None
    contract: str | None
    line: str | None
    channels: int | None
    problems: list[RowProblem]


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the file with its options: (option, first day, last day).

    ``rows`` are all of its rows, ``head`` the first.
    """

    rows: tuple[Row, ...]
    periods: tuple[tuple[str, dt.date, dt.date | None], ...]

    @property
    def head(self) -> Row:
        return self.rows[0]


class _Cells:
    """Reads cells of one row and collects what is wrong with them."""

    def __init__(self, raw: RawRow) -> None:
        self.row, self.cells = raw.row, raw.cells
        self.problems: list[RowProblem] = []

    def refuse(self, column: str, code: str, **values: object) -> None:
        self.problems.append(RowProblem(self.row, column, code, values))

    def text(self, column: str, *, required: bool = False) -> str | None:
        value = self.cells.get(column)
        if value and "\0" in value:
            self.refuse(column, "nul")
            return None
        if value and DAMAGED.search(value):
            self.refuse(column, "not_utf8")
            return None
        limit = LONGEST.get(column, LONGEST_OTHER)
        if value and len(value) > limit:
            self.refuse(column, "too_long", length=len(value), limit=limit)
            return None
        if value and column in LONGEST:
            value = clean_text(value)
        if required and not value:
            self.refuse(column, "missing")
        return value

    def number(self, column: str, kinds: set[str], wrong_kind: str) -> str | None:
        value = self.text(column, required=column == "number")
        if not value:
            return None
        e164 = normalise(value)
        if isinstance(e164, Misread):
            code = e164.code if e164.code in MESSAGES else "not_a_number"
            self.refuse(column, code, value=shown(value))
        elif classify(e164) not in kinds:
            self.refuse(column, wrong_kind, value=e164)
        else:
            return e164
        return None

    def option(self) -> str | None:
        value = self.text("option", required=True)
        if not value:
            return None
        option = OPTIONS.get(re.sub(r"[\s_-]+", "_", value.upper()))
        if option is None:
            self.refuse(
                "option",
                "unknown_option",
                value=shown(value),
                options=", ".join(ServiceOption.values),
            )
        return option

    def date(self, column: str, *, required: bool = False) -> dt.date | None:
        value = self.text(column, required=required)
        if not value:
            return None
        day = _date(value)
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.refuse(column, "bad_date", value=shown(value))
            return None
        return day

    def channels(self) -> int | None:
        value = self.text("channels")
        if not value:
            return None
        if value.isascii() and value.isdigit() and 0 < int(value) <= MOST_CHANNELS:
            return int(value)
        self.refuse("channels", "bad_channels", value=shown(value), limit=MOST_CHANNELS)
        return None


def shown(value: str) -> str:
    """Return a cell for a message about it: its beginning, nothing hidden in it."""
    return visible_text(value[:SHOWN])


def _date(value: str) -> dt.date | None:
    """Read 2026-10-01, and 01/10/2026 as Belgian Excel writes it."""
    belgian = BELGIAN_DATE.fullmatch(value)
    try:
        if belgian:
            day, month, year = map(int, belgian.groups())
            return dt.date(year, month, day)
        return dt.date.fromisoformat(value) if value.isascii() else None
    except ValueError:
        return None


def read_row(raw: RawRow) -> Row | Unread:
    """Read every cell, so that all that is wrong in a row is told at once."""
    cells = _Cells(raw)
    e164 = cells.number("number", {GEOGRAPHIC}, "not_geographic")
    line = cells.number("line", {GEOGRAPHIC, MOBILE_KIND}, "not_a_line")
    site, option = cells.text("site", required=True), cells.option()
    activated_on = cells.date("activated_on", required=True)
    released_on = cells.date("released_on")
    option_from = cells.date("option_from")
    label, contract = cells.text("label"), cells.text("contract") or None
    channels = cells.channels()
    if activated_on and released_on and released_on < activated_on:
        cells.refuse("released_on", "released_before")
    if cells.problems or not (e164 and site and option and activated_on):
        return Unread(raw.row, site, contract, line, channels, cells.problems)
    return Row(
        row=raw.row,
        e164=e164,
        site=intern(site),
        option=option,
        activated_on=activated_on,
        option_from=option_from,
        released_on=released_on,
        label=label,
        contract=contract,
        line=line,
        channels=channels,
    )


def read(item: RawRow | RowProblem) -> Row | Unread | list[RowProblem]:
    """Read a row, as far as it is one."""
    return [item] if isinstance(item, RowProblem) else read_row(item)


def read_entries(
    rows: Iterable[RawRow | RowProblem], rows_of: Mapping[NumberKey, int]
) -> Iterator[Entry | Unread | list[RowProblem]]:
    """Yield the numbers of the file, each at the last of its ``rows_of``."""
    waiting: dict[NumberKey, list[bytes]] = {}
    for item in map(read, rows):
        if not isinstance(item, Row):
            yield item
            continue
        key = item.key
        earlier = waiting.get(key, [])
        if len(earlier) + 1 == rows_of[key]:
            waiting.pop(key, None)
            yield _entry([*(_unpacked(text, item) for text in earlier), item])
        elif earlier:
            earlier.append(_packed(item))
        else:
            waiting[key] = [_packed(item)]


def _packed(row: Row) -> bytes:
    """Return what a row adds to its number, in little memory."""
    days = (day and day.toordinal() for day in (row.option_from, row.released_on))
    texts = (row.site, row.option, row.label, row.contract, row.line)
    values = [row.row, row.channels, *days, *texts]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _unpacked(text: bytes, of_its_number: Row) -> Row:
    """Return a row that waited for another of its number."""
    row, channels, *days, site, option, label, contract, line = json.loads(text)
    option_from, released_on = (day and dt.date.fromordinal(day) for day in days)
    return replace(
        of_its_number,
        row=row,
        site=intern(site),
        option=option,
        option_from=option_from,
        released_on=released_on,
        label=label,
        contract=contract,
        line=line,
        channels=channels,
    )


def _entry(rows: list[Row]) -> Entry | list[RowProblem]:
    """Put the rows of one number together: one option period each."""
    head = rows[0]
    problems = [
        RowProblem(row.row, "", "rows_differ", {"row": head.row})
        for row in rows
        if row.about() != head.about()
    ]
    begins: dict[dt.date, Row] = {}
    for row in rows:
        first = row.option_from or row.activated_on
        earlier = begins.setdefault(first, row)
        if earlier is not row:
            values = {"row": earlier.row}
            problems.append(RowProblem(row.row, "number", "repeated_number", values))
        if head.released_on and first > head.released_on:
            problems.append(RowProblem(row.row, "option_from", "option_after_release"))
    starts = sorted(begins)
    if starts[0] != head.activated_on:
        at = begins[starts[0]].row
        problems.append(RowProblem(at, "option_from", "option_gap"))
    if problems:
        return problems
    ends = [start - dt.timedelta(days=1) for start in starts[1:]] + [head.released_on]
    periods = (
        (begins[first].option, first, last)
        for first, last in zip(starts, ends, strict=True)
    )
    return Entry(tuple(rows), tuple(periods))
