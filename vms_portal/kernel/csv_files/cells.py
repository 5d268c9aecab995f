"""Cells of CSV files that people open in a spreadsheet.

A cell that begins with ``= + - @``, TAB or a line break can become a formula. It
gets an apostrophe in front, which spreadsheets take as "this is text"; so does such
a sign behind a comma, where a program may begin another cell. Two kinds stay
numbers: amounts, which take the decimal comma that goes with semicolons (a Belgian
spreadsheet reads 1806.30 as text), and telephone numbers, whose only characters are
one "+", digits, spaces and the dots that hide a caller's last digits. With the
spaces (+32 2 550 12 34) Excel shows a number as it is instead of turning it into
3,2256E+10. ``plain_cell`` undoes ``safe_cell`` for texts.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

_TELEPHONE = re.compile(r"\+[0-9][0-9 •]{3,24}", re.ASCII)
# A program that separates by another sign begins a cell behind it.
_INNER = re.compile(r"""([,;|\t\r\n][\s"]*)('*[=+\-@\uff1d\uff0b\uff0d\uff20])""")
_INNER_SAFE = re.compile(_INNER.pattern.replace("('*", "'('*"))
_FORMULA = re.compile(r"'*(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")
BYTE_ORDER_MARK = "\ufeff"


def safe_cell(value: object) -> str:
    """Return a value as the text of a cell that no spreadsheet calculates."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    text = str(value)
    if isinstance(value, int) or _TELEPHONE.fullmatch(text):
        return text
    text = _INNER.sub(r"\1'\2", text)
    return f"'{text}" if _FORMULA.match(text) else text


def plain_cell(text: str) -> str:
    """Return what ``safe_cell`` was given."""
    if text.startswith("'") and _FORMULA.match(text[1:]):
        text = text[1:]
    return _INNER_SAFE.sub(r"\1\2", text)


def csv_lines(
    header: Iterable[object], rows: Iterable[Iterable[object]]
) -> Iterator[str]:
    """Yield the lines of a CSV file: semicolons, UTF-8 mark, safe cells.

    Belgian Excel opens a file of this form in columns by a double click.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([safe_cell(value) for value in header])
    yield buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([safe_cell(value) for value in row])
        yield buffer.getvalue()
