"""A freeze that comes again, or once the month is closed, leaves what is frozen."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from billing.models import CustomerMonth
from billing.services import closing
from tests.billing.test_staff_bill_nothing import PART, done
from tests.support.october import NOW, OCTOBER
from traffic.models import ContractDay

WAITING = PART.format(month="2026-10-01", state="pending")


def frozen() -> list[tuple]:
    rows = CustomerMonth.objects.order_by("pk")
    return list(rows.values_list("pk", "tenant", "state", "usage"))


@pytest.fixture
def late(october, files) -> list[int]:
    """The customers of October, as a worker knew them that then stood still."""
    closing.start_close(month=OCTOBER, now=NOW)
    tenants = closing.missing_tenants(OCTOBER)
    assert len(tenants) == 2
    return tenants


def test_once_the_month_is_closed_nothing_is_frozen(late, acting_as):
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    before = frozen()
    ContractDay.objects.update(rerouted=9_999)
    with acting_as("vms_worker", scope="system"):
        closing.freeze_usage(month=OCTOBER, tenants=late)
    assert frozen() == before


def test_nor_for_who_looked_before_it_was_closed(late, acting_as):
    """What the service writes when the close ends between its look and its row."""
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    before = frozen()
    with acting_as("vms_worker", scope="system"):
        assert done(f"{WAITING} ON CONFLICT DO NOTHING") == 0
    assert frozen() == before


def test_while_it_closes_who_is_frozen_stays_so(late, acting_as):
    with acting_as("vms_worker", scope="system"):
        closing.freeze_usage(month=OCTOBER, tenants=late[:1])
        before = frozen()
        ContractDay.objects.update(rerouted=9_999)
        closing.freeze_usage(month=OCTOBER, tenants=late)
    assert frozen()[:1] == before
    assert len(frozen()) == 2


def test_the_guard_stays(late, acting_as):
    """The control: a closed month takes nobody in, and nobody twice."""
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    with acting_as("vms_worker", scope="system"):
        with pytest.raises(IntegrityError, match="once_per_customer"):
            done(WAITING)
        with pytest.raises(IntegrityError, match="is frozen by its close"):
            done(WAITING.replace("2026-10-01", "2026-09-01"))
        with pytest.raises(IntegrityError, match="is frozen by its close"):
            closing.freeze_usage(month=OCTOBER.replace(month=11), tenants=late)
