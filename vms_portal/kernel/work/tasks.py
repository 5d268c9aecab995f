"""Tasks that are tried again while what they need is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import shared_task
from django.db import OperationalError
from redis.exceptions import RedisError

from vms_portal.kernel.work import failures

PASSING = (OperationalError, RedisError, OSError)
durable = shared_task(
    acks_late=True,
    autoretry_for=PASSING,
    retry_backoff=True,
    max_retries=8,
)


@contextmanager
def listed_alone(act: str, *about: Any) -> Iterator[None]:
    """What fails for one customer or row is listed; those behind it have their turn.

    Roles with few rights write such rows: one that cannot be handled stops nobody's
    work. What is away is away for all, and raises.
    """
    try:
        yield
    except PASSING:
        raise
    except Exception as error:
        failures.report(act, list(about), failures.describe(error), repeatable=False)
