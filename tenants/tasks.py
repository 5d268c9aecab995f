"""People and access in the background. A task may run twice."""

import datetime as dt

from allauth.usersessions.models import UserSession
from celery import Task, shared_task
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.db.models import Exists, OuterRef
from django.utils import timezone
from redis.exceptions import RedisError

from tenants.audit.anchors import anchor_all
from tenants.models import IdempotencyKey, Notice, StaffSession
from tenants.services import failed_work, notices, security_mail, warning_mail
from tenants.services.passwords import send_first_link as write_first_link
from tenants.services.passwords import send_reset
from vms_portal.kernel.data.row_security import system_scope
from vms_portal.kernel.work.failures import describe
from vms_portal.kernel.work.queue import begin_queued, queue_once

KEYS_LIVE = dt.timedelta(days=2)
SESSIONS_LIVE = dt.timedelta(days=1)
TRIED_WITHIN = dt.timedelta(minutes=2)
MOST_NOTICES = 500
PASSING = (OperationalError, RedisError, OSError)
MOST_TRIES = 5


@shared_task
def anchor_audit() -> int:
    """Copy the end of every audit chain, once an hour."""
    with system_scope():
        return anchor_all(timezone.now())


@shared_task
def forget_sessions() -> int:
    """Delete sessions that are over, and what the lists of sessions say of them."""
    now = timezone.now()
    with system_scope():
        over = sum(
            model.objects.filter(expire_date__lt=now).delete()[0]
            for model in (Session, StaffSession)
        )
        same = {"session_key": OuterRef("session_key")}
        alive = [Exists(m.objects.filter(**same)) for m in (Session, StaffSession)]
        # One that begins at this moment is committed with its session.
        old = UserSession.objects.filter(created_at__lt=now - SESSIONS_LIVE)
        old.exclude(alive[0] | alive[1]).delete()
    return over


@shared_task
def send_password_reset(email: str, audience: str) -> bool:
    """Mail a link to choose another password, where somebody has the address."""
    with system_scope():
        return send_reset(email=email, audience=audience)


@shared_task
def send_first_link(user_id: int) -> bool:
    """Mail a new person the link to choose a password."""
    with system_scope():
        return write_first_link(user_id=user_id)


@shared_task
def send_security_mail(
    user_id: int, letter: str, address: str, device: str, at: str
) -> None:
    """Tell a person what was done to their way in, where that failed at once."""
    with system_scope():
        security_mail.send_asked(user_id, letter, address, device, at)


@shared_task
def send_warning_mail(user_id: int, of: str, address: str, detail: str) -> None:
    """Warn a person of what was done to their way in, where that failed at once."""
    with system_scope():
        warning_mail.send(user_id, of, address, detail)


@shared_task
def forget_idempotency_keys() -> int:
    """Delete answers to repeated writes that nobody will repeat any more."""
    with system_scope():
        old = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEYS_LIVE)
        return old.delete()[0]


@shared_task
def retry_failed_work(work_id: int | None = None) -> None:
    """Try again what is due of what did not work; forget what is long settled.

    With ``work_id``, try that one: somebody asked for it.
    """
    now = timezone.now()
    with system_scope():
        if work_id is not None:
            failed_work.retry_one(work_id=work_id)
            return
        failed_work.retry_due(now=now)
        failed_work.forget_settled(now=now)


@shared_task(
    bind=True,
    acks_late=True,
    autoretry_for=PASSING,
    retry_backoff=True,
    max_retries=MOST_TRIES,
)
def send_notice(self: Task, notice_id: int) -> None:
    """Send a mail once. Why it was given up stands on it until it is sent.

    Until then nothing does: the sweeper finds it when the queue loses the next try.
    """
    begin_queued(send_notice, notice_id)
    try:
        with system_scope():
            notices.send(notice_id=notice_id, now=timezone.now())
    except Exception as error:
        if self.request.retries == MOST_TRIES or not isinstance(error, PASSING):
            with system_scope():
                notices.note_problem(notice_id=notice_id, problem=describe(error))
        raise


@shared_task
def sweep_notices() -> None:
    """Queue again what the queue may have lost, and what waits for its document."""
    with system_scope():
        lost = Notice.objects.lost(timezone.now() - TRIED_WITHIN)
        keys = list(lost.order_by("pk").values_list("pk", flat=True)[:MOST_NOTICES])
    for pk in keys:
        queue_once(send_notice, pk)
