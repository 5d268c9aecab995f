"""The calls a close counts are those of the days on which a contract was active."""

import datetime as dt

import pytest

from billing.selectors.counted import calls_of
from billing.selectors.usage import usage_by_tenant
from traffic.models import ContractDay, ContractMonth, Period

FIRST, LAST = dt.date(2026, 10, 1), dt.date(2026, 10, 31)
DAY = dt.timedelta(days=1)


@pytest.fixture
def calls_every_day(contract):
    """One call a day from September to November, rerouted by the thousand."""
    ContractDay.objects.bulk_create(
        ContractDay(
            tenant=contract.tenant,
            contract=contract,
            day=FIRST + n * DAY,
            rerouted=1_000,
            direct=1,
        )
        for n in range(-30, 61)
    )


@pytest.mark.parametrize(
    ("activated_on", "last_day", "days"),
    [
        (FIRST - 40 * DAY, None, 31),
        (FIRST, LAST, 31),
        (FIRST + DAY, None, 30),
        (LAST, None, 1),
        (LAST + DAY, None, 0),
        (FIRST, LAST - DAY, 30),
        (FIRST - DAY, FIRST, 1),
        (FIRST - 40 * DAY, FIRST - DAY, 0),
        (FIRST + 5 * DAY, FIRST + 14 * DAY, 10),
        (FIRST, LAST + DAY, 31),
    ],
)
def test_calls_of_active_days_only(
    contract, calls_every_day, activated_on, last_day, days
):
    contract.activated_on, contract.last_day = activated_on, last_day
    contract.save()
    found = calls_of([contract], FIRST).get(contract.pk, [])
    expected = [
        {"treatment": "direct", "calls": days},
        {"treatment": "rerouted", "calls": 1_000 * days},
    ]
    assert found == (expected if days else [])


def test_a_whole_month_is_read_from_its_own_sum(contract, calls_every_day):
    """The control: were days added up, this would go unnoticed."""
    ContractMonth.objects.filter(month=FIRST).update(rerouted=7)
    contract.activated_on = FIRST
    contract.save()
    assert {"treatment": "rerouted", "calls": 7} in calls_of([contract], FIRST)[
        contract.pk
    ]


def test_another_customer_between_two_is_left_out(
    contract, calls_every_day, globex, acme
):
    other = type(contract).objects.create(
        tenant=globex,
        reference="OTHER",
        state="active",
        subscribed_on=FIRST,
        activated_on=FIRST,
    )
    ContractDay.objects.create(tenant=globex, contract=other, day=FIRST, rerouted=3)
    contract.activated_on = FIRST
    contract.save()
    assert set(calls_of([contract], FIRST)) == {contract.pk}
    assert calls_of([contract, other], FIRST)[other.pk] == [
        {"treatment": "rerouted", "calls": 3}
    ]
    assert calls_of([], FIRST) == {}


def test_late_calls_follow_the_active_days_of_their_month(contract, calls_every_day):
    """Months closed without the calls: what came in since is late, day by day."""
    contract.activated_on = FIRST + 10 * DAY
    contract.save()
    for month in (FIRST, dt.date(2026, 9, 1)):
        Period.objects.create(month=month, state=Period.State.CLOSED)
    november = dt.date(2026, 11, 1)
    usage = usage_by_tenant(november, [contract.tenant_id])[contract.tenant_id]
    late = usage["contracts"][str(contract.pk)]["late"]
    assert late == [{"month": "2026-10", "calls_billed": 0, "calls_late": 21_000}]
