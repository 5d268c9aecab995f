"""The list of what did not work, and its page."""

import datetime as dt
from typing import Any

import pytest

from tenants.models import FailedWork

MINUTE = dt.timedelta(minutes=1)
committing = pytest.mark.django_db(transaction=True)


def open_work() -> Any:
    return FailedWork.objects.open().get()
