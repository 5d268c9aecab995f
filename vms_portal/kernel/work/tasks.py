"""Tasks that are tried again while what they need is away."""

from celery import shared_task
from django.db import OperationalError
from redis.exceptions import RedisError

PASSING = (OperationalError, RedisError, OSError)
durable = shared_task(
    acks_late=True,
    autoretry_for=PASSING,
    retry_backoff=True,
    max_retries=8,
)
