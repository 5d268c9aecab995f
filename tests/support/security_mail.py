"""Somebody whose sign-in is acted upon."""

import pytest

from tenants.models import User
from tests.support.second_steps import prepare


@pytest.fixture
def vera(client, viewer) -> User:
    prepare(viewer.user)
    return viewer.user
