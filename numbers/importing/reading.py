"""From the bytes of a CSV file to rows of text, in bounded memory."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from numbers.importing.columns import KNOWN, REQUIRED
from numbers.importing.problems import Problem, Refused
from vms_portal.kernel.spreadsheets import plain_cell

LARGEST_FILE = 50 * 1024 * 1024
LONGEST_FIELD = 1_000_000
LONGEST_HEADER = 10_000
CHUNK = 1 << 16
MEGABYTE = 1024 * 1024
DELIMITERS = ";,\t"


@dataclass(frozen=True, slots=True)
class RawRow:
    """The cells of one row by column, spaces around them removed."""

    row: int
    cells: dict[str, str]


def read_rows(file: IO[bytes], *, most_rows: int) -> Iterator[RawRow | Problem]:
    """Yield the rows of a CSV file, and what is wrong with the form of a row.

    Takes UTF-8 with or without a byte order mark; comma, semicolon or TAB; a
    header repeated in the middle. Raises ``Refused`` for a file of another kind.
    """
    _check_bytes(file)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    csv.field_size_limit(LONGEST_FIELD)
    row = 1
    try:
        names, delimiter = _header(text)
        for cells in csv.reader(text, delimiter=delimiter):
            row += 1
            if row - 1 > most_rows:
                raise Refused(Problem(row, "", "too_many_rows", {"limit": most_rows}))
            yield from _row(row, cells, names)
    except csv.Error as error:
        raise Refused(Problem(row + 1, "", "unreadable", {"reason": error})) from error
    finally:
        text.detach()


def _row(row: int, cells: list[str], names: list[str]) -> Iterator[RawRow | Problem]:
    plain = [plain_cell(cell).strip() for cell in cells]
    if not any(plain) or [name.lower() for name in plain] == names:
        return
    if any(plain[len(names) :]):
        values = {"cells": len(plain), "columns": len(names)}
        yield Problem(row, "", "too_many_cells", values)
        return
    padded = plain + [""] * (len(names) - len(plain))
    yield RawRow(row, dict(zip(names, padded, strict=False)))


def _header(text: IO[str]) -> tuple[list[str], str]:
    """Read the first line: the names of the columns, and what separates them."""
    line = text.readline(LONGEST_HEADER)
    delimiter = max(DELIMITERS, key=line.count)
    names = next(csv.reader([line], delimiter=delimiter), [])
    names = [name.strip().lower() for name in names]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Refused(_about_columns(None, "", "empty_file"))
    problems = [
        _about_columns(1, column, "missing_column")
        for column in REQUIRED
        if column not in names
    ]
    for place, name in enumerate(names):
        if name not in KNOWN:
            problems.append(_about_columns(1, name[:40], "unknown_column"))
        elif name in names[:place]:
            problems.append(Problem(1, name, "repeated_column"))
    if problems:
        raise Refused(*problems)
    return names, delimiter


def _about_columns(row: int | None, column: str, code: str) -> Problem:
    columns = KNOWN if code == "unknown_column" else REQUIRED
    return Problem(row, column, code, {"columns": ", ".join(columns)})


def _check_bytes(file: IO[bytes]) -> None:
    """Refuse by size and by encoding before anything is parsed."""
    size = file.seek(0, io.SEEK_END)
    if size > LARGEST_FILE:
        values = {
            "size": -(-size // MEGABYTE), "limit": LARGEST_FILE // MEGABYTE
        }  # fmt: skip
        raise Refused(Problem(None, "", "too_big", values))
    file.seek(0)
    start = file.read(1024)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused(Problem(None, "", "workbook"))
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if start.startswith(marks) or start.count(b"\0") > len(start) // 3:
        raise Refused(Problem(None, "", "utf16"))
    file.seek(0)
    _check_utf8(file)
    file.seek(0)


def _check_utf8(file: IO[bytes]) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    while True:
        chunk = file.read(CHUNK)
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            row = lines + error.object[: error.start].count(b"\n")
            raise Refused(Problem(row, "", "not_utf8")) from error
        if not chunk:
            return
        lines += chunk.count(b"\n")
