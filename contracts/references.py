"""References that number themselves: C-2026-001, O-2026-001."""

import re

from django.db.models import QuerySet

LAST = re.compile(r"[0-9]{1,9}")


def next_reference(rows: QuerySet, letter: str, year: int) -> str:
    """Return the reference after the last of the year.

    A proposal: the person may write another one, and of two who get the same one at
    once for one customer the second is told that it is taken.
    """
    start = f"{letter}-{year}-"
    taken = rows.filter(reference__startswith=start).values_list("reference", flat=True)
    ends = (reference.removeprefix(start) for reference in taken)
    last = max((int(end) for end in ends if LAST.fullmatch(end)), default=0)
    return f"{start}{last + 1:03}"
