"""What did not work: trying it again, and settling what somebody saw to."""

import datetime as dt
from collections.abc import Iterable

from celery import current_app
from django.db import transaction

from tenants.audit.record import record
from tenants.models import FailedWork, User
from vms_portal import queues
from vms_portal.kernel.work.arguments import are_plain
from vms_portal.kernel.work.failures import HEADER
from vms_portal.kernel.work.queue import enqueue_after_commit

# After that a person has to look: the cause is no passing one.
MOST_ATTEMPTS = 50
AT_ONCE = 200
SETTLED_LIVES = dt.timedelta(days=180)
PROCESS_OF = {"vms_app": "portal", "vms_staff": "backoffice"}


@transaction.atomic
def retry_due(*, now: dt.datetime) -> int:
    """Queue again what is due; a second worker finds nothing left to do."""
    rows = FailedWork.objects.due(now).filter(
        attempts__lt=MOST_ATTEMPTS, act__in=list(current_app.tasks)
    )
    reporters = rows.order_by("reported_by").values_list("reported_by", flat=True)
    # However much one process lists, the work of the others has its turn.
    due = [
        work
        for reporter in list(reporters.distinct())
        for work in rows.filter(reported_by=reporter)
        .order_by("next_try_at", "pk")
        .select_for_update(skip_locked=True)[:AT_ONCE]
    ]
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
    is_ours = work.act in current_app.tasks and are_plain(work.arguments)
    return is_ours and queues.may_send(process, work.act)


@transaction.atomic
def retry(
    *, works: Iterable[FailedWork], by: User, now: dt.datetime
) -> list[FailedWork]:
    """Have the worker queue them again now; return those that it will.

    Left out: what is settled, and what cannot be done again by itself (a mail, an
    act of a page).
    """
    asked = [
        work
        for work in _locked(works)
        if work.next_try_at is not None and is_repeatable(work)
    ]
    for work in asked:
        work.next_try_at = now + dt.timedelta(hours=1)
        work.save(update_fields=["next_try_at"])
        record(actor=by, action="staff.failed_work_retried", target=work, at=now)
        enqueue_after_commit("tenants.tasks.retry_failed_work", work.pk)
    return asked


@transaction.atomic
def retry_one(*, work_id: int) -> None:
    """Queue one again, whenever it is due and however often it was tried."""
    work = FailedWork.objects.open().select_for_update().filter(pk=work_id).first()
    if work is not None and work.next_try_at is not None and is_repeatable(work):
        _queue(work)


@transaction.atomic
def settle(
    *, works: Iterable[FailedWork], by: User, now: dt.datetime
) -> list[FailedWork]:
    """Take them off the list: somebody saw to it. Return those that were on it."""
    waiting = _locked(works)
    for work in waiting:
        work.settled_at, work.next_try_at = now, None
        work.save(update_fields=["settled_at", "next_try_at"])
        record(actor=by, action="staff.failed_work_settled", target=work, at=now)
    return waiting


def forget_settled(*, now: dt.datetime) -> int:
    old = FailedWork.objects.filter(settled_at__lt=now - SETTLED_LIVES)
    return old.delete()[0]


def _locked(works: Iterable[FailedWork]) -> list[FailedWork]:
    """Lock what is still open of them, all before the audit trail."""
    rows = FailedWork.objects.open().filter(pk__in=[work.pk for work in works])
    return list(rows.order_by("pk").select_for_update())


def _queue(work: FailedWork) -> None:
    """A dead broker is no news: the row stays, and is due again.

    Out of no other queue do workers take the key of the row.
    """
    task = current_app.tasks[work.act]

    def queue() -> None:
        headers = {HEADER: str(work.pk)}
        task.apply_async(args=work.arguments, headers=headers, queue=queues.WORKERS)

    transaction.on_commit(queue, robust=True)
