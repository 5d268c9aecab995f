"""Locks that no row holds: who waits for whom until the transaction ends.

Their keys stand here and in the SQL of migrations, each for one purpose.
"""

from enum import IntEnum

from django.db import OperationalError, connection
from psycopg2.errors import DeadlockDetected


def is_deadlock(error: BaseException | None) -> bool:
    """Did PostgreSQL end the transaction so that another could go on?"""
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    return isinstance(cause, DeadlockDetected)


class Lock(IntEnum):
    """Those that say "in SQL" are taken by a function or trigger of a migration."""

    # One key alone, in SQL: the tables of a month's calls are made once.
    PARTITIONS = 7262
    # Of a source: its batches of call records take turns.
    SOURCE = 7263
    # Of a customer: nobody else credits it.
    CREDITS = 7264
    # A close that begins, and, shared in SQL, who writes days of service or work.
    MONTHS = 7265
    # Of an invoice, in SQL: its credit notes take turns.
    CREDITED_INVOICE = 7266
    # Who enters prices, and, shared in SQL, who orders by them.
    PRICES = 7267
    # Who changes the administrators of the back office, so that one is left.
    ADMINISTRATORS = 7268
    # Of a customer: whoever is first tells of destinations that are left out.
    LEFT_OUT = 7271
    # Of a person, in SQL: becoming staff and becoming a member take turns.
    PERSON = 7273
    # Of a customer, in SQL: of two who invite an address the second sees the first.
    INVITATIONS = 7274

    def take(self, of: int | str = 0) -> None:
        """Wait for the lock and hold it until the transaction ends."""
        key = "hashtext(%s)" if isinstance(of, str) else "%s"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock(%s, {key})", [self.value, of])

    def take_if_free(self, of: int) -> bool:
        """Tell whether nobody else held it; then it is held as by ``take``."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [self.value, of])
            (is_free,) = cursor.fetchone()
        return bool(is_free)
