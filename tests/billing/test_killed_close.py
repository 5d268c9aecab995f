"""A close of 200 customers survives ten kill -9 of its worker, by itself."""

import contextlib
import datetime as dt
import os
import random
import signal
import time
from collections.abc import Iterator

import pytest
import redis
from django.db import connection

from billing.models import CustomerMonth, Invoice, InvoiceLine
from billing.services import closing
from tenants.models import AuditEvent
from tests.support.customers import make_customers
from tests.support.live import celery, live_environment
from tests.support.october import OCTOBER
from tests.support.redis_databases import redis_url
from traffic.models import Period

CUSTOMERS = 200
# What the database calls the sessions of the worker that is killed.
WORKER = "killed close"
# Where each kill finds the worker: waiting to write to this table, or anywhere.
KILLED_AT = (
    "billing_customermonth",  # the usage, being frozen
    "billing_invoice",  # numbers taken
    "",
    "billing_invoiceline",
    "",
    "tenants_auditevent",  # all but committed
    "",
    "billing_invoice",
    "",
    "",
)
NOW = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)


def kill(worker) -> None:
    """kill -9 of the worker, its children and its beat at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.process.pid, signal.SIGKILL)
    worker.process.wait()


@contextlib.contextmanager
def holding_up(table: str) -> Iterator[None]:
    """Keep the close from passing ``table``, or let it bill every tenth customer.

    The locks belong to a session of the test's own: while they are held the
    period cannot close, however fast the machine is.
    """
    link = connection.copy()
    link.set_autocommit(False)
    try:
        with link.cursor() as cursor:
            if table:
                cursor.execute("SET ROLE vms_owner")
                cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
            else:
                waiting = list(closing.pending(OCTOBER).values_list("pk", flat=True))
                held = [pk for n, pk in enumerate(waiting) if n % 10]
                cursor.execute(
                    "SELECT FROM billing_customermonth WHERE id = ANY(%s) FOR UPDATE",
                    [held],
                )
        yield
    finally:
        link.rollback()
        link.close()


def is_waited_for(table: str) -> bool:
    """Does a session of this database wait for a lock on ``table``?"""
    return asked(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = %s::regclass AND NOT "
        "granted AND database = (SELECT oid FROM pg_database "
        "WHERE datname = current_database()))",
        table,
    )


def is_worker_connected() -> bool:
    """A killed worker's session lives on until the server notices."""
    return asked(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = %s "
        "AND datname = current_database())",
        WORKER,
    )


def asked(question: str, *values: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchone()[0]


def interrupt(worker, table: str, chance: random.Random) -> None:
    """Start the worker and kill it in the middle of a transaction at ``table``.

    Without a table: wherever it is when it has billed some customers more.
    """
    issued = Invoice.objects.count()
    enough = issued + chance.randint(1, 12)
    with holding_up(table):
        worker.start()
        if table:
            worker.wait_until(lambda: is_waited_for(table), 60)
        else:
            worker.wait_until(lambda: Invoice.objects.count() >= enough, 60)
        kill(worker)
        assert not is_closed(), "the kill came too late to prove anything"
    deadline = time.monotonic() + 30
    while is_worker_connected() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_worker_connected()
    if table:
        assert Invoice.objects.count() == issued, "an interrupted chunk left something"


def is_closed() -> bool:
    return Period.objects.get(month=OCTOBER).state == Period.State.CLOSED


@pytest.mark.django_db(transaction=True)
def test_ten_kills_lose_and_double_nothing(price_list, test_database_name, tmp_path):
    make_customers(CUSTOMERS)
    values = live_environment(
        test_database_name,
        VMS_SWEEP_SECONDS="2",
        REDIS_URL=redis_url("killed close"),
        PGAPPNAME=WORKER,
    )
    queue = redis.Redis.from_url(values["REDIS_URL"])
    queue.flushdb()
    # No task is queued here: the sweeper alone finds the begun close.
    closing.start_close(month=OCTOBER, now=NOW)
    schedule = str(tmp_path / "beat")
    worker = celery(values, tmp_path, "-Q", "celery", "-B", "-s", schedule)
    chance = random.Random(2026)
    try:
        for table in KILLED_AT:
            interrupt(worker, table, chance)
        worker.start()
        deadline = time.monotonic() + 150
        while not is_closed() and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        worker.stop()
        queue.flushdb()

    assert is_closed()
    assert not CustomerMonth.objects.exclude(state="issued").exists()
    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, CUSTOMERS + 1))
    assert Invoice.objects.values("tenant").distinct().count() == CUSTOMERS
    assert InvoiceLine.objects.filter(code="TRM_CALL").count() == CUSTOMERS
    assert AuditEvent.objects.filter(action="invoice.issued").count() == CUSTOMERS


@pytest.mark.django_db(transaction=True)
def test_without_the_sweeper_a_killed_close_stays_open(price_list):
    """The control: nobody finishes what the queue lost."""
    make_customers(3)
    closing.start_close(month=OCTOBER, now=NOW)
    closing.freeze_usage(month=OCTOBER, tenants=closing.missing_tenants(OCTOBER))

    assert not is_closed()
    assert closing.months_to_continue() == [OCTOBER]
