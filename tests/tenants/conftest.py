"""What the tests of people and access share."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nothing_guessed_before():
    """The address that tests ask from has guessed nothing in the minute before."""
    cache.delete("throttle_wrong_token_127.0.0.1")
