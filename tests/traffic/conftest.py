"""What the tests of calls share."""

import pytest

from tenants.models import User
from tests.support.call_pages import NOW
from tests.support.deliveries import load, row
from traffic.models import QuarantinedRecord


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def other_number(contract, site, make_number):
    return make_number(contract, site, "+3225501201")


@pytest.fixture
def by(staff) -> User:
    return staff


@pytest.fixture
def aside(customers, write):
    """Quarantine these deliveries; return the records in order of their arrival."""

    def put(*changes, **fields):
        for change in changes:
            load(write(row(**change)))
        return list(QuarantinedRecord.objects.order_by("pk"))

    return put
