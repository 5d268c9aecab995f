"""Redis as the network reads it."""

from collections.abc import Iterator
from typing import Any

import pytest

from routing import network
from tests.support.redis_databases import redis_url


@pytest.fixture
def link(settings) -> Iterator[Any]:
    """A database of its own, so that emptying it disturbs nobody."""
    settings.REDIS_URL = redis_url("plans")
    link = network.connect()
    link.flushdb()
    yield link
    link.flushdb()
