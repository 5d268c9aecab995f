"""From the bytes of a CSV file to rows of text, in bounded memory."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, TextIO

from numbers.importing.columns import KNOWN, REQUIRED
from numbers.importing.problems import Refused, RowProblem
from vms_portal.kernel.csv_files import parsing
from vms_portal.kernel.csv_files.cells import plain_cell
from vms_portal.kernel.csv_files.parsing import Fault, Torn
from vms_portal.kernel.text import visible_text

LARGEST_FILE = 50 * 1024 * 1024
LONGEST_FIELD = 1_000_000
MEGABYTE = 1024 * 1024
DELIMITERS = ";,\t"


@dataclass(frozen=True, slots=True)
class RawRow:
    """The cells of one row by column, spaces around them removed."""

    row: int
    cells: dict[str, str]


def read_rows(file: IO[bytes], *, most_rows: int) -> Iterator[RawRow | RowProblem]:
    """Yield the rows of a CSV file, and what is wrong with the form of a row.

    Takes UTF-8 with or without a byte order mark, and Windows-1252; comma, semicolon
    or TAB; a header repeated in the middle. Raises ``Refused`` for a file of another
    kind.
    """
    _check_bytes(file)
    try:
        text = parsing.open_text(file)
    except parsing.Utf16 as error:
        raise Refused(RowProblem(None, "", "utf16")) from error
    csv.field_size_limit(LONGEST_FIELD)
    try:
        names, delimiter = _header(text)
        rows = parsing.read_rows(text, delimiter, len(names), _runs_on(delimiter))
        for row, cells in enumerate(rows, start=2):
            if row - 1 > most_rows:
                raise Refused(
                    RowProblem(row, "", "too_many_rows", {"limit": most_rows})
                )
            yield from _row(row, cells, names)
    finally:
        text.detach()


def _runs_on(delimiter: str) -> Callable[[list[str]], bool]:
    """A label may hold a line break, but not a whole row that came after it."""

    def may_run_on(cells: list[str]) -> bool:
        broken = [cell for cell in cells if "\n" in cell or "\r" in cell]
        return not any(delimiter in cell for cell in broken)

    return may_run_on


def _row(
    row: int, cells: list[str] | Torn, names: list[str]
) -> Iterator[RawRow | RowProblem]:
    texts = cells.cells if isinstance(cells, Torn) else cells
    plain = [plain_cell(cell).strip() for cell in texts]
    is_torn = isinstance(cells, Torn) and cells.fault is Fault.QUOTES
    if (not any(plain) and not is_torn) or [name.lower() for name in plain] == names:
        return
    if isinstance(cells, Torn) and (problem := _torn(row, cells, plain, names)):
        yield problem
    else:
        yield RawRow(row, dict(zip(names, plain, strict=False)))


def _torn(
    row: int, torn: Torn, plain: list[str], names: list[str]
) -> RowProblem | None:
    """Return what is wrong with a line; None for empty cells too many."""
    values = {"cells": len(plain), "columns": len(names)}
    if torn.fault is Fault.QUOTES:
        return RowProblem(row, "", "unreadable")
    if torn.fault is Fault.TOO_FEW:
        return RowProblem(row, "", "too_few_cells", values)
    return (
        RowProblem(row, "", "too_many_cells", values)
        if any(plain[len(names) :])
        else None
    )


def _header(text: TextIO) -> tuple[list[str], str]:
    """Read the first line: the names of the columns, and what separates them."""
    line = parsing.read_header(text)
    if line is None:
        raise Refused(_about_columns(1, "", "no_header"))
    delimiter = max(DELIMITERS, key=line.count)
    try:
        names = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise Refused(RowProblem(1, "", "unreadable")) from error
    names = [name.strip().lower() for name in names]
    while names and not names[-1]:
        names.pop()
    if not names:
        code, row = ("no_names", 1) if line else ("empty_file", None)
        raise Refused(_about_columns(row, "", code))
    problems = [
        _about_columns(1, column, "missing_column")
        for column in REQUIRED
        if column not in names
    ]
    for place, name in enumerate(names):
        if name not in KNOWN:
            problems.append(
                _about_columns(1, visible_text(name[:40]), "unknown_column")
            )
        elif name in names[:place]:
            problems.append(RowProblem(1, name, "repeated_column"))
    if problems:
        raise Refused(*problems)
    return names, delimiter


def _about_columns(row: int | None, column: str, code: str) -> RowProblem:
    columns = KNOWN if code == "unknown_column" else REQUIRED
    return RowProblem(row, column, code, {"columns": ", ".join(columns)})


def _check_bytes(file: IO[bytes]) -> None:
    """Refuse by size and by kind before anything is parsed."""
    size = file.seek(0, io.SEEK_END)
    if size > LARGEST_FILE:
        values = {"size": -(-size // MEGABYTE), "limit": LARGEST_FILE // MEGABYTE}
        raise Refused(RowProblem(None, "", "too_big", values))
    file.seek(0)
    start = file.read(1024)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused(RowProblem(None, "", "workbook"))
    file.seek(0)
