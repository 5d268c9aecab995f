"""Numbers of issued documents: gapless, in their own series, never reused.

A series is the operator's, of one kind and year: who changes the VAT number goes on in
it, for references and structured communications hold year and number only.
"""

import datetime as dt

from django.conf import settings
from django.db import connection
from stdnum.be import ogm_vcs

PREFIX = {"invoice": "", "credit_note": "CN-"}
# A structured communication holds eight digits of it.
LAST = 99_999_999


class SeriesEnded(Exception):
    """The year's series has no number left for these documents."""


def take_numbers(kind: str, issued_on: dt.date, count: int) -> list[int]:
    """Return the next ``count`` numbers of this year's series, in order.

    Locks the series until the caller's transaction ends: a rollback gives the
    numbers back, so there are no gaps. Take them last, to hold the lock briefly.
    ``SeriesEnded``.
    """
    series: list[str | int] = [kind, issued_on.year]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_invoiceseries (entity, kind, year, last_number) "
            "VALUES (%s, %s, %s, 0) ON CONFLICT DO NOTHING",
            [settings.OPERATOR.vat_number, *series],
        )
        cursor.execute(
            "UPDATE billing_invoiceseries SET last_number = last_number + %s "
            "WHERE (kind, year) = (%s, %s) AND last_number <= %s "
            "RETURNING last_number",
            [count, *series, LAST - count],
        )
        row = cursor.fetchone()
    if row is None:
        raise SeriesEnded(f"The series {kind} {issued_on.year} has no number left.")
    (last,) = row
    return list(range(last - count + 1, last + 1))


def reference(kind: str, year: int, number: int) -> str:
    """Return ``2026-000042`` for an invoice, ``CN-2026-000042`` for a credit note."""
    return f"{PREFIX[kind]}{year}-{number:06d}"


def structured_communication(year: int, number: int) -> str:
    """Return the Belgian ``+++ddd/dddd/ddddd+++`` of an invoice (check: mod 97)."""
    base = f"{year % 100:02d}{number:08d}"
    return f"+++{ogm_vcs.format(base + ogm_vcs.calc_check_digits(base))}+++"
