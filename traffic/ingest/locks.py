"""What a batch locks before it looks: its sources, then its months."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from traffic.models import Period
from vms_portal.kernel.data.locks import Lock


def lock_sources(sources: Iterable[str]) -> None:
    """Take turns with other batches of the same sources until the commit."""
    for source in sorted(sources):
        Lock.SOURCE.take(source)


def lock_months(months: Iterable[dt.date]) -> set[dt.date]:
    """Make the months' partitions, lock their periods; return those already billed.

    A month being closed counts as closed: its usage is frozen already.
    """
    closed = set()
    with connection.cursor() as cursor:
        for month in sorted(months):
            cursor.execute("SELECT traffic_make_partition(%s)", [month])
            cursor.execute(
                "INSERT INTO traffic_period (month, state) VALUES (%s, 'open') "
                "ON CONFLICT DO NOTHING",
                [month],
            )
            cursor.execute(
                "SELECT state FROM traffic_period WHERE month = %s FOR SHARE", [month]
            )
            (state,) = cursor.fetchone()
            if state != Period.State.OPEN:
                closed.add(month)
    return closed
