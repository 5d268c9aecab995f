"""People and access in the background. A task may run twice."""

import datetime as dt

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from tenants.models import IdempotencyKey, StaffSession
from tenants.services.passwords import send_reset
from tenants.verification import anchor_all
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.scoping import system_scope

KEYS_LIVE = dt.timedelta(days=2)


@shared_task
def anchor_audit() -> int:
    """Copy the end of every audit chain, once a day."""
    with system_scope():
        return anchor_all(local_date(timezone.now()))


@shared_task
def send_password_reset(email: str, audience: str) -> bool:
    """Mail a link to choose another password, where somebody has the address."""
    with system_scope():
        return send_reset(email=email, audience=audience)


@shared_task
def forget_sessions() -> int:
    """Delete the sessions of both processes that have ended by themselves."""
    now = timezone.now()
    return sum(
        model.objects.filter(expire_date__lt=now).delete()[0]
        for model in (Session, StaffSession)
    )


@shared_task
def forget_idempotency_keys() -> int:
    """Delete answers to repeated writes that nobody will repeat any more."""
    with system_scope():
        old = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEYS_LIVE)
        return old.delete()[0]
