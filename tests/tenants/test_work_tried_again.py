"""Work that failed is tried again later, where only workers write, and settled."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from routing import tasks as routing_tasks
from routing.models import CompiledPlan
from tenants.models import FailedWork
from tenants.services import failed_work
from tenants.tasks import retry_failed_work
from tests.support.failed_work import MINUTE, committing, open_work
from vms_portal.kernel.work import failures
from vms_portal.kernel.work.queue import enqueue_after_commit
from vms_portal.queues import WORKERS

pytestmark = pytest.mark.usefixtures("every_task")


@committing
def test_a_task_that_was_not_queued_is_queued_when_the_queue_is_back(
    monkeypatch, at_once, acme, number
):
    def fail(*arguments):
        raise OperationalError("Connection refused")

    with monkeypatch.context() as dead:
        dead.setattr(routing_tasks.compile_plans, "delay", fail)
        with transaction.atomic():
            enqueue_after_commit("routing.tasks.compile_plans", acme.pk)
    work = open_work()
    assert (work.act, work.arguments) == ("routing.tasks.compile_plans", [acme.pk])
    assert failed_work.retry_due(now=work.next_try_at - MINUTE) == 0
    assert not CompiledPlan.objects.exists()
    assert failed_work.retry_due(now=work.next_try_at) == 1
    assert CompiledPlan.objects.get().number == number
    work.refresh_from_db()
    assert work.settled_at is not None
    assert failed_work.retry_due(now=timezone.now() + 100 * MINUTE) == 0


@committing
def test_a_task_that_gives_up_is_listed_until_it_works(broken_task, at_once):
    task, state = broken_task
    task.apply([7])
    first = open_work()
    assert (first.act, first.arguments) == ("tests.broken", [7])
    assert first.reason == "ValueError: cannot do 7"
    failed_work.retry_due(now=first.next_try_at)
    again = open_work()
    assert again.attempts == 2
    assert again.next_try_at - again.last_at == 2 * MINUTE
    state["healed"] = True
    task.apply([8])
    assert open_work() == first
    FailedWork.objects.update(next_try_at=timezone.now())
    retry_failed_work()
    assert not FailedWork.objects.open().exists()


@committing
@pytest.mark.parametrize("change", [{"act": "mail"}, {"arguments": [8]}])
@pytest.mark.parametrize("healed", [True, False])
def test_a_task_settles_and_counts_on_no_row_of_other_work(
    broken_task, acting_as, change, healed
):
    task, state = broken_task
    state["healed"] = healed
    with acting_as("vms_staff"):
        failures.report("tests.broken", [7], "down", repeatable=True)
    row = open_work()
    FailedWork.objects.update(**change)
    task.apply([7], headers={failures.HEADER: str(row.pk)})
    row.refresh_from_db()
    assert (row.attempts, row.reason, row.settled_at) == (1, "down", None)


@committing
@pytest.mark.parametrize("healed", [True, False])
def test_a_task_settles_or_counts_on_the_row_of_its_own(broken_task, acting_as, healed):
    """The control."""
    task, state = broken_task
    state["healed"] = healed
    with acting_as("vms_staff"):
        failures.report("tests.broken", [7], "down", repeatable=True)
    row = open_work()
    task.apply([7], headers={failures.HEADER: str(row.pk)})
    row.refresh_from_db()
    assert (row.attempts == 2, row.settled_at is not None) == (not healed, healed)
    assert FailedWork.objects.count() == 1


@committing
@pytest.mark.parametrize("arguments", [[[[[1]]]], [{"to": 1}], [2**63]])
def test_what_no_task_takes_is_not_queued_again(at_once, broken_task, arguments):
    failures.report("tests.broken", [1], "down", repeatable=True)
    FailedWork.objects.update(arguments=arguments)
    failed_work.retry_due(now=timezone.now() + 2 * MINUTE)
    assert (open_work().attempts, open_work().next_try_at) == (1, None)


@committing
def test_what_is_tried_again_is_queued_where_none_but_workers_write(monkeypatch, acme):
    failures.report("routing.tasks.push_plans", [acme.pk, [1]], "x", repeatable=True)
    queued: list[Any] = []
    monkeypatch.setattr(
        routing_tasks.push_plans,
        "apply_async",
        lambda args, **options: queued.append((args, options)),
    )
    failed_work.retry_due(now=timezone.now() + 2 * MINUTE)
    headers = {failures.HEADER: str(open_work().pk)}
    assert queued == [([acme.pk, [1]], {"headers": headers, "queue": WORKERS})]


@committing
def test_however_much_one_process_lists_the_others_have_theirs_tried_again(
    acting_as, at_once, broken_task, monkeypatch
):
    monkeypatch.setattr(failed_work, "AT_ONCE", 2)
    broken_task[1]["healed"] = True
    failures.report("tests.broken", [7], "down", repeatable=True)
    with acting_as("vms_app"):
        for number in range(20, 24):
            failures.report(
                "routing.tasks.compile_plans", [number], "x", repeatable=True
            )
    assert failed_work.retry_due(now=timezone.now() + 2 * MINUTE) == 3
    assert FailedWork.objects.get(act="tests.broken").settled_at is not None


def test_waiting_grows_to_six_hours_and_no_longer(db):
    for _time in range(14):
        failures.report("tests.broken", [], "down", repeatable=True)
    work = open_work()
    assert work.attempts == 14
    assert work.next_try_at - work.last_at == dt.timedelta(hours=6)


def test_what_failed_too_often_waits_for_a_person(db, at_once, broken_task):
    failures.report("tests.broken", [1], "down", repeatable=True)
    FailedWork.objects.update(attempts=failed_work.MOST_ATTEMPTS)
    assert failed_work.retry_due(now=timezone.now() + 100 * MINUTE) == 0
