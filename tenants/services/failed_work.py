"""What did not work: trying it again, and settling what somebody saw to."""

import datetime as dt

from celery import current_app
from django.db import transaction

from tenants.audit.record import record
from tenants.models import FailedWork, User
from vms_portal import queues
from vms_portal.kernel.work.failures import HEADER
from vms_portal.kernel.work.queue import enqueue_after_commit

# After that a person has to look: the cause is no passing one.
MOST_ATTEMPTS = 50
SETTLED_LIVES = dt.timedelta(days=180)
PROCESS_OF = {"vms_app": "portal", "vms_staff": "backoffice"}


class AlreadySettled(Exception):
    """Somebody, or a new try, was first."""


class NotRepeatable(Exception):
    """What was tried cannot be done again by itself: a mail, an act of a page."""


@transaction.atomic
def retry_due(*, now: dt.datetime) -> int:
    """Queue again what is due; a second worker finds nothing left to do."""
    rows = FailedWork.objects.due(now).filter(
        attempts__lt=MOST_ATTEMPTS, act__in=list(current_app.tasks)
    )
    due = list(rows.select_for_update(skip_locked=True)[:200])
    for work in due:
        # Whether it works is known later: until then it is not due once more. What
        # nobody may ask is left to a person.
        is_fit = is_repeatable(work)
        work.next_try_at = now + dt.timedelta(hours=1) if is_fit else None
        work.save(update_fields=["next_try_at"])
        if is_fit:
            _queue(work)
    return len(due)


def is_repeatable(work: FailedWork) -> bool:
    """Is it a task of ours that the process which listed it may hand in?

    The worker runs it with its own rights, with whatever arguments were listed.
    """
    process = PROCESS_OF.get(work.reported_by, "worker")
    return work.act in current_app.tasks and queues.may_send(process, work.act)


@transaction.atomic
def retry(*, work: FailedWork, by: User, now: dt.datetime) -> None:
    """Have the worker queue one again now. ``AlreadySettled``, ``NotRepeatable``."""
    current = _open(work)
    if current.next_try_at is None or not is_repeatable(current):
        raise NotRepeatable(current)
    current.next_try_at = now + dt.timedelta(hours=1)
    current.save(update_fields=["next_try_at"])
    record(actor=by, action="staff.failed_work_retried", target=current, at=now)
    enqueue_after_commit("tenants.tasks.retry_failed_work", current.pk)


@transaction.atomic
def retry_one(*, work_id: int) -> None:
    """Queue one again, whenever it is due and however often it was tried."""
    work = FailedWork.objects.open().select_for_update().filter(pk=work_id).first()
    if work is not None and work.next_try_at is not None and is_repeatable(work):
        _queue(work)


@transaction.atomic
def settle(*, work: FailedWork, by: User, now: dt.datetime) -> None:
    """Take it off the list: somebody saw to it. ``AlreadySettled``."""
    current = _open(work)
    current.settled_at, current.next_try_at = now, None
    current.save(update_fields=["settled_at", "next_try_at"])
    record(actor=by, action="staff.failed_work_settled", target=current, at=now)


def forget_settled(*, now: dt.datetime) -> int:
    old = FailedWork.objects.filter(settled_at__lt=now - SETTLED_LIVES)
    return old.delete()[0]


def _open(work: FailedWork) -> FailedWork:
    rows = FailedWork.objects.open().select_for_update()
    current = rows.filter(pk=work.pk).first()
    if current is None:
        raise AlreadySettled(work)
    return current


def _queue(work: FailedWork) -> None:
    """A dead broker is no news: the row stays, and is due again."""
    task = current_app.tasks[work.act]

    def queue() -> None:
        task.apply_async(args=work.arguments, headers={HEADER: str(work.pk)})

    transaction.on_commit(queue, robust=True)
