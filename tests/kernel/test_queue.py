"""Work handed on after a commit never undoes what was committed."""

import logging

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from routing import tasks
from tenants.models import Tenant
from vms_portal.kernel.work.queue import after_commit, enqueue_after_commit

pytestmark = pytest.mark.django_db(transaction=True)


def commit(*acts) -> None:
    with transaction.atomic():
        Tenant.objects.create(reference="KEPT", name="Kept")
        for act, *arguments in acts:
            act(*arguments)


def test_a_dead_broker_turns_no_commit_into_an_error(monkeypatch, caplog):
    def fail(*arguments):
        raise OperationalError("Connection refused")

    monkeypatch.setattr(tasks.push_plans, "delay", fail)
    with caplog.at_level(logging.ERROR):
        commit((enqueue_after_commit, "routing.tasks.push_plans", 1, [2]))
    assert Tenant.objects.get().reference == "KEPT"
    assert "Connection refused" in caplog.text


def test_what_follows_a_failure_still_happens():
    seen: list[str] = []
    commit((after_commit, lambda: 1 / 0), (after_commit, seen.append, "done"))
    assert seen == ["done"]


def test_the_same_work_is_queued_once_a_transaction(monkeypatch):
    queued: list[tuple[object, ...]] = []
    monkeypatch.setattr(tasks.push_plans, "delay", lambda *args: queued.append(args))
    path = "routing.tasks.push_plans"
    commit(
        *([(enqueue_after_commit, path, 1, [2])] * 3),
        (enqueue_after_commit, path, 1, [3]),
    )
    commit_again = (enqueue_after_commit, path, 1, [2])
    Tenant.objects.all().delete()
    commit(commit_again)
    assert queued == [(1, [2]), (1, [3]), (1, [2])]


def test_work_of_a_savepoint_that_went_back_is_still_queued(monkeypatch):
    queued: list[tuple[object, ...]] = []
    monkeypatch.setattr(tasks.push_plans, "delay", lambda *args: queued.append(args))
    path = "routing.tasks.push_plans"
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            commit((enqueue_after_commit, path, 1, [2]), (lambda: 1 / 0,))
        enqueue_after_commit(path, 1, [2])
    assert queued == [(1, [2])]


def test_a_rolled_back_transaction_queues_nothing():
    seen: list[str] = []
    with pytest.raises(ZeroDivisionError):
        commit((after_commit, seen.append, "done"), (lambda: 1 / 0,))
    assert seen == []


def test_a_task_that_is_not_there_fails_inside_the_transaction():
    with pytest.raises(ImportError):
        commit((enqueue_after_commit, "routing.tasks.no_such_task"))
    assert not Tenant.objects.exists()
