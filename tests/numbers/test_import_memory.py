"""Rows of one number that lie far apart wait for each other in little memory."""

import datetime as dt
import io
import tracemalloc
from dataclasses import replace

import pytest

from numbers.importing.reading import read_rows
from numbers.importing.rows import Entry, Unread, read, read_entries
from numbers.importing.survey import survey

HEADER = "number,site,option,activated_on,option_from,label,line,channels\n"
TODAY = dt.date(2026, 11, 28)
NUMBERS = 3_000
# Bytes of a row that waits, of which what it says is some 70 here.
MOST = 250


def file_of(numbers: int, *, apart: bool) -> io.BytesIO:
    """Each number changes its option once; ``apart``: the changes come after all."""
    rows = [
        f"+322{5500000 + n},Brussels,{option},2026-10-01,{first},Front desk {n},,\n"
        for n in range(numbers)
        for option, first in (("CLASSIC", "2026-10-01"), ("DRS", "2026-12-01"))
    ]
    if apart:
        rows = rows[::2] + rows[1::2]
    return io.BytesIO((HEADER + "".join(rows)).encode())


def entries(file: io.BytesIO) -> list[Entry | Unread | list]:
    rows_of = survey(read_rows(file, most_rows=200_000), TODAY).rows_of
    return list(read_entries(read_rows(file, most_rows=200_000), rows_of))


def peak(*, apart: bool) -> int:
    """Return the most bytes that were held while the numbers were put together."""
    file = file_of(NUMBERS, apart=apart)
    rows_of = survey(read_rows(file, most_rows=200_000), TODAY).rows_of
    found = read_entries(read_rows(file, most_rows=200_000), rows_of)
    tracemalloc.start()
    try:
        count = sum(isinstance(entry, Entry) for entry in found)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == NUMBERS
    return most


def test_a_row_that_waits_takes_little_memory():
    assert peak(apart=True) - peak(apart=False) < MOST * NUMBERS


def test_rows_far_apart_say_what_rows_side_by_side_do():
    def told(apart: bool) -> list:
        found = entries(file_of(200, apart=apart))
        assert all(isinstance(entry, Entry) for entry in found)
        return [
            ([replace(row, row=0) for row in entry.rows], entry.periods)
            for entry in found
            if isinstance(entry, Entry)
        ]

    assert told(apart=True) == told(apart=False)


@pytest.mark.parametrize(
    "same", [",,", "2027-12-31,Hall,C1", ',"é “\U0001f4de”,; ""b""",']
)
@pytest.mark.parametrize("own", [",,", "2026-10-01,+3292501300,30", "01/10/2026,,8"])
def test_a_row_that_waited_says_what_it_said(same, own):
    """Whatever stands in it; between the two stands another number."""
    head = "number,site,option,activated_on,released_on,label,contract,option_from"
    lines = [
        f"{head},line,channels",
        f"02 550 12 00,Zürich  Süd,CLASSIC,2026-10-01,{same},{own}",
        "02 550 12 01,Gent,DRS,2026-10-01,,,,,,",
        f"02 550 12 00,Zürich  Süd,DRS,2026-10-01,{same},2026-12-01,,",
        "",
    ]
    file = io.BytesIO("\n".join(lines).encode())
    said = list(map(read, read_rows(file, most_rows=9)))
    alone, together = entries(file)
    assert isinstance(alone, Entry)
    assert isinstance(together, Entry)
    assert [together.rows[0], alone.head, together.rows[1]] == said
