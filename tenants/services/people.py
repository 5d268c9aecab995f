"""People, whatever they belong to."""

import datetime as dt

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from tenants.models import User
from tenants.services import (
    authors,
    ended_access,
    ended_tokens,
    person_events,
)
from tenants.services.warning_mail import ADDRESS_CHANGED, STEP_REMOVED, warn
from vms_portal.kernel.data import row_security


class AlreadyRemoved(Exception):
    """Somebody else was first."""


@transaction.atomic
def create_person(*, email: str, name: str, password: str, language: str) -> User:
    """Create a person whose e-mail address is proved: the link came by it."""
    user = User.objects.create_user(
        email, password, name=name, language=language or User.language.field.default
    )
    _add_proved_address(user)
    # They sign in next, which writes their row.
    row_security.apply(user=user.pk)
    return user


@transaction.atomic
def change_profile(*, user: User, name_before: str) -> User:
    """Store a person's own name and language.

    The trail calls people by their names: who was called what is in it as well.
    ``NoLongerAble``.
    """
    authors.lock_person(user)
    user.save(update_fields=["name", "language"])
    if user.name != name_before:
        person_events.record(
            user=user,
            by=user,
            action="person.name_changed",
            detail={"before": name_before, "after": user.name},
        )
    return user


@transaction.atomic
def change_email(
    *, user: User, email: str, before: str, by: User, now: dt.datetime | None = None
) -> User:
    """Give a person another address to sign in with, proved by the operator.

    The address they had hears of it: who took it over reads the new one only. What
    was made by who had it ends, as the sessions do by themselves, and what was
    offered to it. ``NoLongerAble``.
    """
    _act_on(user, by)
    user.email = email.lower()
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    _add_proved_address(user)
    ended_access.hold_all(user=user, old_address=before.lower())
    person_events.record(
        user=user,
        by=by,
        action="person.email_changed",
        detail={"before": before, "after": user.email},
    )
    warn(user=user, of=ADDRESS_CHANGED, address=before)
    ended_access.end_all(
        user=user,
        by=by,
        reason=ended_tokens.NEW_ADDRESS,
        now=now or timezone.now(),
        old_address=before.lower(),
    )
    return user


@transaction.atomic
def remove_second_factor(
    *,
    authenticator: Authenticator,
    by: User,
    reason: str = "",
    now: dt.datetime | None = None,
) -> None:
    """Take a second step from somebody who lost it; they hear of it by mail.

    Their sessions end: whoever found the device may be in one. With the last step its
    recovery codes go, which may be on that device. Who must have a step sets up
    another at the next sign-in. ``AlreadyRemoved``, ``NoLongerAble``.
    """
    user = authenticator.user
    # Steps, then their person, as at a sign-in (docs/lock-order.md).
    left = _locked_beside(authenticator)
    _act_on(user, by)
    # Codes alone are no step; they would count again beside the next one.
    is_last = all(one.type == Authenticator.Type.RECOVERY_CODES for one in left)
    why = {"reason": reason} if reason else {}
    for one in [authenticator, *(left if is_last else [])]:
        detail = {"kind": one.get_type_display(), **why}
        person_events.record(
            user=user, by=by, action="staff.second_factor_removed", detail=detail
        )
        one.delete()
    ended_access.end_sessions(
        user=user, by=by, reason=ended_tokens.STEP_REMOVED, now=now or timezone.now()
    )
    warn(user=user, of=STEP_REMOVED)


def _add_proved_address(user: User) -> None:
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )


def _locked_beside(authenticator: Authenticator) -> list[Authenticator]:
    """Lock a person's steps; return those beside this one. ``AlreadyRemoved``."""
    rows = Authenticator.objects.select_for_update().filter(user=authenticator.user)
    steps = {one.pk: one for one in rows.order_by("pk")}
    if steps.pop(authenticator.pk, None) is None:
        raise AlreadyRemoved(authenticator)
    return list(steps.values())


def _act_on(user: User, by: User) -> None:
    """Lock the person, and find whoever acts on them as their request did."""
    if user.pk == by.pk:
        if not by.is_held:
            authors.lock_staff(by)
        return
    authors.take_turns(user.pk)
    authors.require_still(by, None)
