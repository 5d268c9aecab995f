"""Two batches that each hold a sum the other needs: one of them is stored again."""

import threading
import time
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection

from numbers.models import Site
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


@contextmanager
def crossing(first, second):
    """Hold the second contract's day, and want the first's when the batch waits."""
    link = connection.copy()
    link.set_autocommit(False)
    link.inc_thread_sharing()
    want = "SELECT FROM traffic_contractday WHERE contract_id = %s FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        batch = cursor.fetchone()[0]

    def cross() -> None:
        try:
            wait_for(batch)
            with link.cursor() as cursor:
                cursor.execute(want, [first.pk])
        finally:
            link.rollback()

    with link.cursor() as cursor:
        cursor.execute("SET ROLE vms_worker")
        cursor.execute("SELECT set_config('app.scope', 'system', true)")
        cursor.execute(want, [second.pk])
    thread = threading.Thread(target=cross)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        link.close()


def wait_for(batch: int) -> None:
    """It holds the first day once it waits for the second.

    By its process: what waits in another database is listed too, and whoever
    waits before the batch does is not the one that PostgreSQL ends.
    """
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid = %s)"
    try:
        for _attempt in range(500):
            with connection.cursor() as cursor:
                cursor.execute(waits, [batch])
                if cursor.fetchone()[0]:
                    return
            time.sleep(0.01)
    finally:
        connection.close()


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
