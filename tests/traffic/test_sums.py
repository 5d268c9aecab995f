"""Whoever writes the calls of a day, those of its month follow."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from tests.support.sums import assert_months_agree
from traffic.models import ContractDay, ContractMonth

OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture
def days(contract):
    return ContractDay.objects.bulk_create(
        ContractDay(
            tenant=contract.tenant, contract=contract, day=day, rerouted=n, direct=2 * n
        )
        for n, day in enumerate((OCTOBER, dt.date(2026, 10, 31), dt.date(2026, 11, 1)))
    )


def test_new_days_are_added(days, contract):
    assert_months_agree()
    october = ContractMonth.objects.get(contract=contract, month=OCTOBER)
    assert (october.rerouted, october.direct, october.refused) == (1, 2, 0)


def test_changed_days_count_with_the_difference(days):
    ContractDay.objects.update(rerouted=5, test=1)
    assert_months_agree()
    ContractDay.objects.update(rerouted=3)
    assert_months_agree()
    months = ContractMonth.objects.order_by("month")
    assert list(months.values_list("rerouted", "test")) == [(6, 2), (3, 1)]


def test_a_day_that_moves_takes_its_calls_along(days):
    ContractDay.objects.filter(pk=days[1].pk).update(day=dt.date(2026, 12, 24))
    assert_months_agree()
    assert ContractMonth.objects.get(month=dt.date(2026, 12, 1)).rerouted == 1


@pytest.mark.parametrize("role", ["vms_app", "vms_staff", "vms_worker", "vms_network"])
def test_nobody_deletes_days(days, acting_as, role):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        acting_as(role, scope="system"),
    ):
        ContractDay.objects.all().delete()


def test_the_comparison_notices_a_month_that_is_wrong(days):
    ContractMonth.objects.filter(month=OCTOBER).update(rerouted=99)
    with pytest.raises(AssertionError):
        assert_months_agree()
