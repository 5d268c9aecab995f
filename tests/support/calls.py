"""Calls of the cast's numbers, stored as ingest stores them."""

import datetime as dt
import uuid

from django.db import connection

from numbers.models import GeographicNumber
from traffic.models import CallRecord
from vms_portal.kernel.local_time import local_date


def make_month(instant: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT traffic_make_partition(%s)", [local_date(instant)])


def make_call(
    number: GeographicNumber, started_at: dt.datetime, **fields
) -> CallRecord:
    """Store a call of ``number``: answered on its own line unless told otherwise."""
    make_month(started_at)
    call = CallRecord(
        tenant_id=number.tenant_id,
        contract_id=number.contract_id,
        number=number,
        called=number.e164,
        started_at=started_at,
        digest=uuid.uuid4(),
        **{
            "source": "edge-1",
            "call_id": uuid.uuid4().hex,
            "caller": "+32475123456",
            "treatment": "direct",
            "outcome": "answered",
            "destination": "line",
            **fields,
        },
    )
    call.save(force_insert=True)
    return call
