"""What a signed-in session must hold: its audience, its age, its second factor.

A session belongs to the process that made it (``portal`` or ``backoffice``); its
cookie opens nothing in the other. It ends after a time without use, and after its
longest life whatever the use. Customer administrators and the operator's staff
work only with a second factor.
"""

import time
from typing import Any

from allauth.account.internal.flows import reauthentication
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
)
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from allauth.core import context as allauth_context
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tenants.models import Member, User
from vms_portal.kernel.web import form_secret

AUDIENCE, BEGAN_AT, SEEN_AT = "audience", "began_at", "seen_at"
BEGUN_UNDER = "begun_under"
SECOND_FACTOR = "second_factor"
CHOSEN_LANGUAGE = "chosen_language"
# Writing the session at every request would cost more than it tells.
SEEN_EVERY_SECONDS = 60
MAX_KEY = 2**63 - 1
STRONG = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


@receiver(user_logged_in)
def begin_session(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note at sign-in whom the session serves and when it began."""
    form_secret.begin(request, user.pk)
    now = int(time.time())
    request.session[AUDIENCE] = settings.PROCESS
    request.session[BEGAN_AT] = request.session[SEEN_AT] = now
    request.session.pop(BEGUN_UNDER, None)
    if request.session.get("_session_expiry"):
        # A visitor's ends in minutes (vms_portal/kernel/web/kept_form.py).
        request.session.set_expiry(0)
    if chosen := request.session.pop(CHOSEN_LANGUAGE, None):
        user.language = chosen
        user.save(update_fields=["language"])
    _count_as_confirmed(request, user)


def _count_as_confirmed(request: HttpRequest, user: User) -> None:
    """Whoever signs in with all they have has shown who they are.

    allauth counts only what it asked once more, and would ask at the first act.
    """
    records = get_authentication_records(request, user)
    methods = {record.get("method") for record in records}
    if records and ("mfa" in methods or not is_mfa_enabled(user, STRONG)):
        last = {**records[-1], "reauthenticated": True}
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [*records[:-1], last]


def person_of(session: SessionBase) -> int | None:
    """Whose session it is: signed in, or between password and second factor."""
    if SESSION_KEY in session:
        return int(session[SESSION_KEY])
    begun = session.get(LOGIN_SESSION_KEY)
    return read_key(begun.get("user_pk")) if isinstance(begun, dict) else None


def read_key(text: object) -> int | None:
    """Read a person's key as links and passkeys carry it (base 36), else None."""
    try:
        key = int(url_str_to_user_pk(str(text)))
    except (ValueError, ValidationError):
        return None
    return key if 0 < key <= MAX_KEY else None


def is_over(session: SessionBase, now: float) -> bool:
    """Is this session of a signed-in person another process's, or too old?"""
    if SESSION_KEY not in session:
        return False
    return (
        session.get(AUDIENCE) != settings.PROCESS
        or now - session.get(SEEN_AT, 0) > settings.SESSION_IDLE_SECONDS
        or now - session.get(BEGAN_AT, 0) > settings.SESSION_LONGEST_SECONDS
    )


def is_begun_in_vain(session: SessionBase) -> bool:
    """Did what a sign-in was begun under end before the second step was shown?

    A password that was changed, a person who was disabled, a step taken away.
    """
    if SESSION_KEY in session or LOGIN_SESSION_KEY not in session:
        return False
    key = person_of(session) or 0
    person = User.objects.filter(pk=key, is_active=True).first()
    if person is None:
        return True
    begun_under = session.get(BEGUN_UNDER, "")
    return not constant_time_compare(begun_under, person.get_session_auth_hash())


def go_on(request: HttpRequest, user: User) -> None:
    """Let this session outlive the end of all that its own act brought about.

    The act holds the person's lock and found them as the session did: an end by
    anybody else is not taken over. The session's key stays listed.
    """
    user.refresh_from_db(fields=["session_generation"])
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()


def go_on_hashed_anew(request: HttpRequest, user: User) -> None:
    """The same where the password they typed was hashed anew, right as it was."""
    if user.hashed_anew_from:
        request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()


def note_use(session: SessionBase, now: float) -> bool:
    """Remember that the session is used; return whether the list is to say so."""
    is_new = now - session[SEEN_AT] > SEEN_EVERY_SECONDS
    if is_new:
        session[SEEN_AT] = int(now)
    return is_new


def list_use(session: SessionBase) -> None:
    """Say so, at the end of the request: all that it did was locked before.

    Whoever holds the row is about to end the session, and is not waited for.
    """
    rows = UserSession.objects.select_for_update(skip_locked=True)
    for listed in rows.filter(session_key=session.session_key):
        listed.last_seen_at = timezone.now()
        listed.save(update_fields=["last_seen_at"])


@receiver(post_save, sender=Authenticator)
def note_new_step(instance: Authenticator, created: bool, **kwargs: Any) -> None:
    """Whoever just set up a second factor has shown it in this session.

    As whoever signed in with a recovery code goes on when they replace the codes.
    allauth tells of both after the commit, when another window may have asked.
    """
    request = allauth_context.request
    if not created or request is None or request.user.pk != instance.user_id:
        return
    if instance.type in STRONG:
        request.session[SECOND_FACTOR] = instance.pk
        return
    records = get_authentication_records(request, request.user)
    if any(one.get("type") == instance.type for one in records):
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {**one, "id": instance.pk} if one.get("type") == instance.type else one
            for one in records
        ]


def needs_second_factor(user: User, memberships: list[Member]) -> bool:
    """In the back office always; in the portal whoever administers a customer."""
    if settings.PROCESS == "backoffice":
        return True
    return any(member.may_manage_team for member in memberships)


def has_second_factor(request: HttpRequest, user: User) -> bool:
    """Was a second factor shown in this session that the person still has?

    One that was removed, in whichever session, was shown in none; recovery codes
    alone are none. The demo's button is a word and stands for one.
    """
    noted = request.session.get(SECOND_FACTOR)
    if isinstance(noted, str):
        return True
    records = get_authentication_records(request, user)
    shown = {one.get("id") for one in records if one.get("method") == "mfa"} | {noted}
    if shown == {None}:
        return False
    kinds = dict(Authenticator.objects.filter(user=user).values_list("pk", "type"))
    return bool(shown & set(kinds)) and bool(set(STRONG) & set(kinds.values()))


def confirm_person(request: HttpRequest) -> None:
    """Ask to sign in again, unless that was a moment ago.

    For what outlives the session: whoever borrows an open browser is not to keep
    the customer. allauth keeps the form that was sent and sends it once more.
    """
    reauthentication.raise_if_reauthentication_required(request, app="tenants")


def may_set_one_up(user: User) -> bool:
    """Only a person who has no second factor may add the first after a password."""
    return not is_mfa_enabled(user, STRONG)
