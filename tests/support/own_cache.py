"""A test sees in the cache only what it put there.

Limits and marks of what waits would else stay from the test before. The tests beside
have a database of their own (tests/support/redis_databases.py).
"""

import itertools
import os

import pytest
from django.core.cache import cache

NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def own_cache():
    before = cache.key_prefix
    cache.key_prefix = f"{before}-{os.getpid()}-{next(NUMBERS)}"
    yield
    cache.key_prefix = before
