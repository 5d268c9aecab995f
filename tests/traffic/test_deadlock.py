"""Two batches that each hold a sum the other needs: one of them is stored again."""

import pytest
from django.db import OperationalError

from numbers.models import Site
from tests.support.crossing import Lock, crossed
from tests.support.october import NOW
from tests.support.sums import added_up
from traffic.ingest import storage
from traffic.ingest.delivery import read_delivery
from traffic.ingest.record import as_row
from traffic.models import CallRecord, ContractDay

DAY = "2026-10-20"


@pytest.fixture
def delivery(number, make_contract, make_number, globex):
    """A call of two contracts, whose days there are already."""
    gent = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    other = make_number(make_contract(globex), gent, "+3225509999")
    for each in (number, other):
        ContractDay.objects.create(tenant=each.tenant, contract=each.contract, day=DAY)
    rows = [
        as_row(
            {
                "source": "edge-1",
                "call_id": f"{n}@edge-1",
                "called": each.e164,
                "caller": "+32470112233",
                "started_at": f"{DAY}T10:00:00Z",
                "ended_at": f"{DAY}T10:00:09Z",
                "treatment": "rerouted",
                "outcome": "busy",
                "destination": "line",
            }
        )
        for n, each in enumerate((number, other))
    ]
    return read_delivery(rows, NOW), number.contract, other.contract


def crossing(first, second):
    """Hold the second contract's day, and want the first's when the batch waits."""
    want = "SELECT FROM traffic_contractday WHERE contract_id = %s FOR UPDATE"
    return crossed(Lock(want, [second.pk]), Lock(want, [first.pk]))


@pytest.mark.django_db(transaction=True)
def test_the_batch_that_was_ended_is_stored_again(delivery):
    records, first, second = delivery
    with crossing(first, second):
        outcome, repeated = storage.store_batch(records, key="k", sha256="s", now=NOW)
    assert (outcome.added, repeated) == (2, False)
    assert CallRecord.objects.count() == 2
    assert added_up() == {"rerouted": 2}


@pytest.mark.django_db(transaction=True)
def test_without_another_try_it_would_be_lost(delivery, monkeypatch):
    records, first, second = delivery
    monkeypatch.setattr(storage, "MOST_TIMES", 1)
    with pytest.raises(OperationalError, match="deadlock"), crossing(first, second):
        storage.store_batch(records, key="k", sha256="s", now=NOW)
    assert not CallRecord.objects.exists()
