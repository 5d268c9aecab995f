"""Traffic in the background. A task takes ids and may run twice."""

import datetime as dt
import logging

from celery import shared_task
from django.db import OperationalError, connection
from django.utils import timezone

from tenants.models import User
from traffic.services import quarantine
from vms_portal.kernel.data.row_security import system_scope
from vms_portal.kernel.local_time import first_of_month, local_date, next_month

logger = logging.getLogger(__name__)
durable = shared_task(
    acks_late=True,
    autoretry_for=(OperationalError, OSError),
    retry_backoff=True,
    max_retries=8,
)


@durable
def release_quarantined(record_id: int, user_id: int, note: str) -> None:
    """Count a quarantined record. Repeats and lost races change nothing.

    The trail names who asked: ``User.DoesNotExist`` when that is nobody of the staff.
    """
    with system_scope():
        by = User.objects.get(pk=user_id, is_staff=True, is_active=True)
    now = timezone.now()
    try:
        quarantine.release(record=record_id, by=by, note=note, now=now)
    except quarantine.NotOpen:
        logger.info("quarantined record %s was decided before", record_id)
    except quarantine.StillRefused as error:
        logger.warning("quarantined record %s stays: %s", record_id, error.reason)


@durable
def make_partitions() -> None:
    """Have tables for this month and the next before the first call of it."""
    this_month = first_of_month(local_date(timezone.now()))
    for month in (this_month, next_month(this_month)):
        make_partition(month)


def make_partition(month: dt.date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT traffic_make_partition(%s)", [month])
