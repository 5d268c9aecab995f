"""Rows of CSV files that come from outside: every line of a file is accounted for.

The csv module takes a quotation mark that is never closed as the beginning of a
text up to the end of the file, and a row cut off as one with fewer cells. Here a
line that is no whole row is one ``Torn``, and the next line is a row again.
"""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from enum import Enum
from typing import IO, NamedTuple, TextIO

UTF8, WINDOWS = "utf-8-sig", "cp1252"
# No row of any file is as long: of such a line only the beginning is kept.
LONGEST_LINE = 4_000_000
# A sheet has 16,384 columns, and writes the empty ones as well.
LONGEST_HEADER = 20_000
# How far the end of a quotation is looked for.
LONGEST_QUOTATION = 100_000
CHUNK = 1 << 16
_BREAK = re.compile(r"\r\n|\r|\n")


class Fault(Enum):
    """What keeps a line from being a row."""

    QUOTES = "quotes"
    TOO_FEW = "too few"
    TOO_MANY = "too many"


class Torn(NamedTuple):
    """A line that is no row: as it came, and its cells as far as they can be told."""

    line: str
    cells: list[str]
    fault: Fault


class Utf16(Exception):
    """The file is UTF-16 text."""


def open_text(file: IO[bytes]) -> "io.TextIOWrapper[IO[bytes]]":
    """Return the text of a file, whose ``encoding`` is ``UTF8`` or ``WINDOWS``.

    UTF-8 with damaged places stays UTF-8: the damage becomes lone surrogates, which
    no field accepts. A text without a single letter of UTF-8 outside ASCII is what
    Excel in Belgium writes by default. ``Utf16`` is raised for nothing to be read.
    """
    file.seek(0)
    start = file.read(CHUNK)
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if start.startswith(marks) or start.count(b"\0") > len(start) // 3:
        raise Utf16
    encoding = encoding_of(file)
    file.seek(0)
    end = _BREAK.search(start.decode("latin-1"))
    return io.TextIOWrapper(
        file,
        encoding=encoding,
        errors="surrogateescape",
        newline="\r" if end and end[0] == "\r" else "\n",
    )


def read_header(file: TextIO) -> str | None:
    """Return the first line of a file; None when no header is as long."""
    line = file.readline(LONGEST_HEADER)
    return line if len(line) < LONGEST_HEADER else None


def encoding_of(file: IO[bytes]) -> str:
    """Return ``UTF8`` or ``WINDOWS``, whatever the file holds."""
    if _decodes(file, "strict"):
        return UTF8
    return UTF8 if _decodes(file, "ignore", letters=True) else WINDOWS


def _decodes(file: IO[bytes], errors: str, *, letters: bool = False) -> bool:
    """Whether the file is UTF-8, or has ``letters`` of it outside ASCII."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")(errors)
    while True:
        chunk = file.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            # A file cut off inside a letter is UTF-8 nevertheless.
            return error.reason == "unexpected end of data"
        if letters and not text.isascii():
            return True
        if not chunk:
            return not letters


def read_rows(
    file: TextIO,
    delimiter: str,
    width: int,
    may_run_on: Callable[[list[str]], bool],
) -> Iterator[list[str] | Torn]:
    """Yield the lines of a file, the header read, as rows of ``width`` cells.

    An empty line is an empty row. ``may_run_on`` decides whether a row whose
    quotations hold line breaks is one, or torn lines that happen to look like it.
    """
    reader = _Reader(file, delimiter, width, may_run_on)
    while line := reader.next_line():
        text = line.rstrip("\r\n")
        if '"' in text or "\r" in text or "\n" in text:
            yield from reader.read(text)
        elif text and not text.isspace():
            cells = text.split(delimiter)
            yield cells if len(cells) == width else reader.torn(text)
        else:
            yield []


class _Reader:
    """Lines of a file, of which some are put back to be read once more."""

    def __init__(
        self,
        file: TextIO,
        delimiter: str,
        width: int,
        may_run_on: Callable[[list[str]], bool],
    ) -> None:
        self.file, self.delimiter, self.width = file, delimiter, width
        self.may_run_on, self.waiting = may_run_on, deque[str]()
        sign = re.escape(delimiter)
        cell = rf'(?:"(?:[^"]++|"")*+"|[^"\r\n{sign}]*+)'
        self.whole = re.compile(rf"{cell}(?:{sign}{cell})*+")
        self.open = re.compile(rf'(?:{cell}{sign})*+"(?:[^"]++|"")*+')

    def next_line(self) -> str:
        if self.waiting:
            return self.waiting.popleft()
        line = part = self.file.readline(LONGEST_LINE)
        # The rest belongs to it: it is no line, and may look like one.
        while len(part) == LONGEST_LINE and part[-1] not in "\r\n":
            part = self.file.readline(LONGEST_LINE)
        return line

    def read(self, text: str) -> Iterator[list[str] | Torn]:
        """Read a line with quotation marks, or with line breaks of another kind."""
        cells = self.cells(text)
        has_breaks = _BREAK.search(text) is not None
        if cells is not None and (not has_breaks or self.fits(cells)):
            yield self.sized(text)
        elif has_breaks:
            # Rows of a file with other line ends, or one row with a stray one.
            parts = [self.sized(part) for part in _BREAK.split(text) if part]
            are_rows = any(isinstance(part, list) for part in parts)
            yield from parts if are_rows else [self.torn(text)]
        else:
            yield self.continued(text) or self.torn(text)

    def cells(self, text: str) -> list[str] | None:
        """Return the cells of a text in which each quotation is whole."""
        if not self.whole.fullmatch(text):
            return None
        try:
            return next(csv.reader([text], delimiter=self.delimiter, strict=True), [])
        except csv.Error:  # A cell longer than the csv module takes.
            return None

    def sized(self, text: str) -> list[str] | Torn:
        cells = self.cells(text)
        return self.torn(text) if cells is None or len(cells) != self.width else cells

    def fits(self, cells: list[str]) -> bool:
        return len(cells) == self.width and self.may_run_on(cells)

    def continued(self, text: str) -> list[str] | None:
        """Return the row that begins here and ends on a later line, if it is one."""
        taken = list[str]()
        while len(text) < LONGEST_QUOTATION and self.open.fullmatch(text):
            if not (line := self.next_line()):
                break
            taken.append(line)
            text += f"\n{line}" if len(taken) == 1 else line
            if '"' in line and (cells := self.cells(text.rstrip("\r\n"))):
                if self.fits(cells):
                    return cells
                break
        self.waiting.extendleft(reversed(taken))
        return None

    def torn(self, text: str) -> Torn:
        cells = [cell.strip('"') for cell in text.split(self.delimiter)]
        if '"' in text and not self.whole.fullmatch(text):
            fault = Fault.QUOTES
        elif len(cells) < self.width:
            fault = Fault.TOO_FEW
        else:
            fault = Fault.TOO_MANY
        return Torn(text, cells, fault)
