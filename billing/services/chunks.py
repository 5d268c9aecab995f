"""Billing a chunk of customers of whom the database may refuse one."""

import datetime as dt
from collections.abc import Sequence

from django.db import DatabaseError, OperationalError

from billing.models import CustomerMonth
from billing.services.closing import bill_chunk, pending
from billing.services.numbering import SeriesEnded
from vms_portal.kernel.work.failures import describe

REFUSED = "REFUSED"


def bill(*, month: dt.date, ids: Sequence[int], now: dt.datetime) -> None:
    """Bill a chunk; where the database refuses it, each customer by itself.

    Whose documents or audit trail cannot be written is set aside with the reason.
    """
    try:
        bill_chunk(month=month, ids=ids, now=now)
    except OperationalError:
        raise
    except (DatabaseError, SeriesEnded) as error:
        if len(ids) > 1:
            for pk in ids:
                bill(month=month, ids=[pk], now=now)
            return
        row = pending(month).filter(pk__in=ids)
        row.update(
            state=CustomerMonth.State.PARKED, error=REFUSED, message=describe(error)
        )
