"""Call records in CSV files: UTF-8, comma or semicolon, a byte order mark or not."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import TextIOWrapper
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import IO, TextIO, TypeVar

from traffic.ingest import schema
from traffic.ingest.record import Row, TornRow
from vms_portal.kernel.csv_files import parsing
from vms_portal.kernel.csv_files.parsing import Torn
from vms_portal.kernel.text import clean_text

LONGEST_FIELD = 1_000_000


class UnreadableFile(Exception):
    """The file cannot be read as call records; the text says why."""


def open_text(path: Path) -> "TextIOWrapper[IO[bytes]]":
    """Open the file as text, refusing what is clearly something else."""
    file = path.open("rb")
    try:
        return parsing.open_text(file)
    except parsing.Utf16:
        file.close()
        name = clean_text(path.name)
        raise UnreadableFile(f"{name} is UTF-16. Save it as UTF-8.") from None


T = TypeVar("T")


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield the items while a thread already makes the next one.

    The database takes about as long to store a batch as Python to read one.
    """
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def batches(file: TextIO, name: str, size: int) -> Iterator[list[Row | TornRow]]:
    """Yield the rows of an open file in lists of ``size``."""
    csv.field_size_limit(LONGEST_FIELD)
    header = parsing.read_header(file)
    if header is None:
        raise UnreadableFile(f"{name} has no header: its first line is too long.")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    names = _names(header, delimiter, name)
    lines = parsing.read_rows(file, delimiter, len(names), _runs_on(names))
    rows = _rows(lines, names)
    while chunk := list(islice(rows, size)):
        yield chunk


def _names(header: str, delimiter: str, file: str) -> list[str]:
    try:
        cells = next(csv.reader([header], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise UnreadableFile(f"{file} is not readable in line 1: {error}.") from error
    names = [cell.strip() for cell in cells]
    missing = [column for column in schema.CALL.required if column not in names]
    if missing:
        raise UnreadableFile(f"{file} has no column {', '.join(missing)}.")
    twice = [column for column in schema.CALL.names if names.count(column) > 1]
    if twice:
        raise UnreadableFile(f"{file} has the column {', '.join(twice)} twice.")
    return names


def _runs_on(names: Sequence[str]) -> Callable[[list[str]], bool]:
    """Only JSON may hold line breaks, and then it is a list to its end."""
    places = {place for place, name in enumerate(names) if name in schema.CALL.json}

    def may_run_on(cells: list[str]) -> bool:
        long = [at for at, cell in enumerate(cells) if "\n" in cell or "\r" in cell]
        try:
            return places.issuperset(long) and all(
                isinstance(json.loads(cells[at]), list) for at in long
            )
        except (ValueError, RecursionError):
            return False

    return may_run_on


def _rows(
    lines: Iterable[list[str] | Torn], names: Sequence[str]
) -> Iterator[Row | TornRow]:
    """Put the cells of each line in the order of the fields; empty lines are none."""
    places = {name: place for place, name in enumerate(names)}
    width = len(names)
    pick = itemgetter(*(places.get(name, width) for name in schema.CALL.names))
    for cells in lines:
        if isinstance(cells, Torn):
            told = [*cells.cells[:width], *[""] * (width - len(cells.cells)), ""]
            yield TornRow(pick(told), cells.line)
        elif cells:
            # One more cell stands for the columns that are absent.
            cells.append("")
            yield pick(cells)
