"""Call records in CSV files: UTF-8, comma or semicolon, a byte order mark or not."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import TextIOWrapper
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TextIO, TypeVar

from traffic.ingest.record import FIELDS, REQUIRED, Row

LONGEST_FIELD = 1_000_000


class UnreadableFile(Exception):
    """The file cannot be read as call records; the text says why."""


def open_text(path: Path) -> TextIOWrapper:
    """Open the file as UTF-8 text, refusing what is clearly something else."""
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableFile(f"{path.name} is UTF-16. Save it as UTF-8.")
    return path.open(newline="", encoding="utf-8-sig")


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


def batches(file: TextIO, name: str, size: int) -> Iterator[list[Row]]:
    """Yield the rows of an open file in lists of ``size``."""
    csv.field_size_limit(LONGEST_FIELD)
    try:
        header = file.readline()
        delimiter = ";" if header.count(";") > header.count(",") else ","
        names = next(csv.reader([header], delimiter=delimiter), [])
        missing = [column for column in REQUIRED if column not in names]
        if missing:
            raise UnreadableFile(f"{name} has no column {', '.join(missing)}.")
        rows = _rows(csv.reader(file, delimiter=delimiter), names)
        while chunk := list(islice(rows, size)):
            yield chunk
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{name} is not UTF-8: {error.reason}.") from error
    except csv.Error as error:
        raise UnreadableFile(f"{name} is not readable CSV: {error}.") from error


def _rows(lines: Iterable[list[str]], names: Sequence[str]) -> Iterator[Row]:
    """Put the cells of each line in the order of FIELDS; empty lines are none."""
    # A column given twice counts the last time.
    places = {name: place for place, name in enumerate(names)}
    width = len(names)
    pick = itemgetter(*(places.get(field, width) for field in FIELDS))
    for cells in lines:
        if len(cells) != width:
            if not cells:
                continue
            cells = [*cells[:width], *[""] * (width - len(cells))]
        # One more cell stands for the columns that are absent.
        cells.append("")
        yield pick(cells)
