"""Call records in CSV files: UTF-8, comma or semicolon, a byte order mark or not."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from traffic.ingest.record import REQUIRED

LONGEST_FIELD = 1_000_000


class UnreadableFile(Exception):
    """The file cannot be read as call records; the text says why."""


def open_text(path: Path) -> IO[str]:
    """Open the file as UTF-8 text, refusing what is clearly something else."""
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableFile(f"{path.name} is UTF-16. Save it as UTF-8.")
    return path.open(newline="", encoding="utf-8-sig")


def batches(file: IO[str], name: str, size: int) -> Iterator[list[dict[str, str]]]:
    """Yield the rows of an open file in lists of ``size``."""
    csv.field_size_limit(LONGEST_FIELD)
    try:
        header = file.readline()
        delimiter = ";" if header.count(";") > header.count(",") else ","
        names = next(csv.reader([header], delimiter=delimiter), [])
        missing = [column for column in REQUIRED if column not in names]
        if missing:
            raise UnreadableFile(f"{name} has no column {', '.join(missing)}.")
        # iter() over readline keeps tell() usable for honest progress.
        lines = iter(file.readline, "")
        rows = csv.DictReader(lines, fieldnames=names, delimiter=delimiter)
        while chunk := list(islice(rows, size)):
            yield chunk
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{name} is not UTF-8: {error.reason}.") from error
    except csv.Error as error:
        raise UnreadableFile(f"{name} is not readable CSV: {error}.") from error
