"""A worker takes out of a queue what the queue's sender may ask, and nothing else."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.kernel.test_broker import message, raw
from vms_portal.celery import app
from vms_portal.kernel.work.broker import UnfitMessage, fit
from vms_portal.queues import QUEUES, SENT_BY, TAKES, may_send, own_queue, takes

app.loader.import_default_modules()
OURS = {name for name in app.tasks if name.partition(".")[0] not in ("celery", "tests")}
REFUSED = [(q, task) for q in TAKES for task in sorted(OURS - TAKES[q])]
TAKEN = [(q, task) for q in TAKES for task in sorted(TAKES[q])]


def test_every_task_named_is_one_of_ours():
    assert set().union(*TAKES.values()) - OURS == set()


@pytest.mark.parametrize(("queue", "task"), REFUSED)
def test_a_task_its_sender_may_not_ask_is_unfit(queue, task):
    with pytest.raises(UnfitMessage, match="sends no such task"):
        fit(raw(message(headers={"task": task})), queue)


@pytest.mark.parametrize(("queue", "task"), TAKEN)
def test_a_task_its_sender_may_ask_is_taken(queue, task):
    """The control."""
    assert fit(raw(message(headers={"task": task})), queue)["headers"]["task"] == task


def test_workers_take_any_of_each_other():
    assert all(takes("celery", task) for task in OURS)


@pytest.mark.parametrize(
    "task",
    [
        "billing.tasks.bill_customers",
        "billing.tasks.continue_close",
        "traffic.tasks.release_quarantined",
        "tenants.tasks.send_first_link",
        "tenants.tasks.retry_failed_work",
    ],
)
def test_the_portal_asks_for_nothing_that_bills(task):
    assert not may_send("portal", task)


def test_what_services_queue_may_be_sent_by_one_of_the_web_processes():
    """Else a worker sets it aside. Which of them, the tests' clients look at."""
    root = Path(settings.BASE_DIR)
    files = [
        file
        for app_name in ("tenants", "numbers", "routing", "traffic", "billing")
        for file in (root / app_name).rglob("*.py")
        if file.name != "tasks.py"
    ]
    texts = [file.read_text() for file in files]
    queued = set(re.findall(r'"((?:\w+)\.tasks\.\w+)"', "\n".join(texts)))
    queued -= set(_words())
    assert len(queued) > 10
    assert {task for task in queued if not may_send("backoffice", task)} == set()


def _words() -> set[str]:
    """Named by the list of failed work only."""
    found = re.findall(
        r'"((?:\w+)\.tasks\.\w+)"',
        (Path(settings.BASE_DIR) / "tenants/words/failed_work.py").read_text(),
    )
    return set(found) - SENT_BY["backoffice"]


def test_a_process_sends_where_its_own_tasks_are_taken():
    names = {queue.name for queue in QUEUES}
    for process in ("portal", "backoffice", "beat"):
        assert own_queue(process) == process
        assert process in names
    assert own_queue("worker") == own_queue("owner") == "celery"
