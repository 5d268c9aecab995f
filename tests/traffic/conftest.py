"""What the tests of calls share."""

import pytest

from tests.support.call_pages import NOW


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def other_number(contract, site, make_number):
    return make_number(contract, site, "+3225501201")
