"""CSV that people open in Excel: nothing in a cell is ever taken as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A telephone number, its last digits perhaps hidden, cannot do anything.
HARMLESS = re.compile(r"\+[0-9]{3,15}•{0,4}|-?[0-9]{1,15}([.,][0-9]{1,9})?", re.ASCII)
BOM = "\ufeff"


def safe_cell(value: object) -> str:
    """Return ``value`` as text that a spreadsheet shows and never evaluates.

    Numbers and telephone numbers stay as they are; other text that begins like a
    formula gets an apostrophe in front.

    >>> safe_cell("=1+1"), safe_cell("+3225501200"), safe_cell(None)
    ("'=1+1", '+3225501200', '')
    """
    text = "" if value is None else str(value).replace("\x00", "")
    if not text.lstrip().startswith(FORMULA) and not text.startswith(FORMULA):
        return text
    return text if HARMLESS.fullmatch(text) else f"'{text}"


def csv_text(header: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Return the rows as CSV with semicolons, which Belgian Excel splits at."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe_cell(value) for value in header])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()


def csv_response(
    name: str, header: Sequence[object], rows: Iterable[Sequence[object]]
) -> HttpResponse:
    """Answer with a download called ``name``, complete before it is sent.

    A lazily streamed answer would run after the request's transaction, where
    row level security shows nothing.
    """
    content = (BOM + csv_text(header, rows)).encode("utf-8")
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
