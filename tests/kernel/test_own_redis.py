"""Tests that run side by side share no database of Redis."""

import os

import pytest
import redis
from django.conf import settings
from django.core.cache import cache

from tests.support.redis_databases import OWN, PURPOSES, redis_url
from vms_portal.celery import app

# A worker that is not there: what it clears is nobody's.
NOBODY = max(OWN + 1, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def test_what_one_worker_clears_stays_in_the_others():
    cache.set("kept", 1, 60)
    with redis.Redis.from_url(redis_url("pytest", NOBODY)) as beside:
        beside.flushdb()
    assert cache.get("kept") == 1
    # The control: it is the clearing of a database that takes it.
    cache.clear()
    assert cache.get("kept") is None


def test_every_worker_has_a_database_for_every_purpose():
    workers = range(NOBODY + 1)
    urls = {redis_url(purpose, worker) for worker in workers for purpose in PURPOSES}
    assert len(urls) == len(workers) * len(PURPOSES)


@pytest.mark.parametrize(
    "used",
    [
        lambda: settings.REDIS_URL,
        lambda: settings.CACHES["default"]["LOCATION"],
        lambda: app.conf.broker_url,
        lambda: os.environ["REDIS_URL"],
    ],
    ids=["plans", "cache", "queue", "started processes"],
)
def test_pytest_uses_the_database_of_its_worker(used):
    assert used() == redis_url("pytest")
