"""Sessions that end, before a request or on its way, and what is answered then."""

from typing import cast

from allauth.core import context as allauth_context
from allauth.mfa.models import Authenticator
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase

from tenants.requests.portal_request import PortalRequest
from tenants.services import authors
from tenants.sign_in import kept_acts, session_rules
from tenants.sign_in.sessions import SessionEnded, session_of
from vms_portal.kernel.data import row_security
from vms_portal.kernel.web import errors, form_secret
from vms_portal.kernel.web.message_cookie import say_nothing
from vms_portal.kernel.web.outcomes import outcome_of

# Forms that a visitor may send, of the back office and of one's own account.
OPEN_ADMIN = {"login", "logout"}
ACCOUNT = "/account/"
OPEN_ACCOUNT = {
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_from_key",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
# Accepting an invitation signs in, which ends the session of the visitor.
HELD = (ACCOUNT, "/invitations/")
# They end sessions, their own among others: each is held when its turn comes.
ENDS_SESSIONS = {"account_logout", "usersessions_list"}


def is_closed(request: HttpRequest) -> bool:
    """Is it an address of a library that nobody but a signed-in person sends to?"""
    match = request.resolver_match
    if match is None:
        return False
    if match.namespaces == ["admin"]:
        return match.url_name not in OPEN_ADMIN
    is_account = request.path_info.startswith(ACCOUNT)
    return is_account and match.url_name not in OPEN_ACCOUNT


def hold(request: HttpRequest) -> None:
    """Hold the session of a form of one's own account before all that it locks.

    Most write the person or their second steps, some send a form that waited, which
    may write both: in another window of the session, for one (docs/lock-order.md).
    ``SessionEnded``.
    """
    match = request.resolver_match
    is_held = request.path_info.startswith(HELD)
    if not is_held or match is None or match.url_name in ENDS_SESSIONS:
        return
    if request.user.is_authenticated:
        session_of(request).locked()
        # Before a code of one is written: what is confirmed may end another, or one
        # of somebody who confirms the same of this person.
        other = Authenticator.objects.filter(pk=kept_acts.step_to_remove(request))
        steps = Authenticator.objects.filter(
            Q(user=request.user.pk) | Q(user__in=other.values("user"))
        )
        list(steps.order_by("pk").select_for_update())
    elif request.session.session_key:
        session_of(request).hold()


def end(request: HttpRequest) -> None:
    """Sign out; what they typed is theirs (vms_portal/kernel/web/kept_form.py)."""
    outcome_of(request).session_ended_of = session_rules.person_of(request.session)
    logout(request)
    row_security.apply(user=None)


def leave_nothing(request: HttpRequest) -> None:
    """Drop what an act that is undone had to say, and the secret of its sign-in.

    Neither this page nor the next tell of it; the browser keeps the cookies it has.
    """
    form_secret.leave(request)
    say_nothing(request)


def answer(request: HttpRequest, end: Exception) -> HttpResponseBase:
    """Undo and answer a form whose session, or its author's access, ended on its way.

    Whatever told of it is dropped. Nothing is noted in a session: the browser may
    hold the cookie of another sign-in by now.
    """
    outcome_of(request).is_undone = True
    leave_nothing(request)
    form = request
    if kept_acts.is_confirmation(request):
        # allauth's own is over at the end of the transaction.
        with allauth_context.request_context(request):
            form = kept_acts.form_behind(request)
    if errors.is_api(form):
        is_session = isinstance(end, SessionEnded)
        token = getattr(getattr(request, "member", None), "token", None)
        is_token = token is not None and authors.has_ended(token)
        return errors.ended_as_data(form, is_session=is_session, is_token=is_token)
    # A page for nobody in particular.
    portal_request = cast(PortalRequest, request)
    portal_request.user = AnonymousUser()
    portal_request.member, portal_request.memberships = None, []
    return errors.ended_on_the_way(request, form)
