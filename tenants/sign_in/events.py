"""What allauth's pages do to a person's way in, for the audit trail."""

from typing import Any

from allauth.account import signals
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth_context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from tenants.models import User
from tenants.services import person_events
from vms_portal.kernel.data import row_security


@receiver(signals.user_logged_in)
def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    records = get_authentication_records(request, user)
    steps = [str(one.get("type") or one.get("method", "")) for one in records]
    record_own(user, "person.signed_in", steps=steps)


@receiver([signals.password_changed, signals.password_set])
def password_changed(user: User, **kwargs: Any) -> None:
    record_own(user, "person.password_changed")


@receiver(signals.password_reset)
def password_reset(user: User, **kwargs: Any) -> None:
    record_own(user, "person.password_reset")


@receiver(post_save, sender=Authenticator)
def second_factor_added(
    instance: Authenticator, created: bool, raw: bool, **kwargs: Any
) -> None:
    """Record it with its row: allauth tells of most after the commit.

    Of rows that no person of a page makes for themselves nobody is told.
    """
    request = allauth_context.request
    is_own = request is not None and request.user.pk == instance.user_id
    if created and is_own and not raw:
        record_own(instance.user, "person.second_factor_added", kind=instance.type)


@receiver(authenticator_removed)
def second_factor_removed(
    user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    record_own(user, "person.second_factor_removed", kind=authenticator.type)


def record_own(user: User, action: str, **detail: Any) -> None:
    """Record what a person did about themselves, for each of their customers.

    allauth tells of some on the page of a link, which may be somebody else's.
    """
    with row_security.person_scope(user.pk):
        person_events.record(user=user, by=user, action=action, detail=detail)
