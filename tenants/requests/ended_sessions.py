"""Sessions that end, before a request or on its way, and what is answered then."""

from allauth.core import context as allauth_context
from allauth.mfa.models import Authenticator
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage import default_storage
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase

from tenants.services import authors
from tenants.sign_in import kept_acts, session_rules
from tenants.sign_in.sessions import SessionEnded
from vms_portal.kernel.data import row_security
from vms_portal.kernel.web import errors

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
        request.session.locked()  # type: ignore[attr-defined]
        # Before a code of one is written: what is confirmed may end another, or one
        # of somebody who confirms the same of this person.
        other = Authenticator.objects.filter(pk=kept_acts.step_to_remove(request))
        steps = Authenticator.objects.filter(
            Q(user=request.user.pk) | Q(user__in=other.values("user"))
        )
        list(steps.order_by("pk").select_for_update())
    elif request.session.session_key:
        request.session.hold()  # type: ignore[attr-defined]


def is_ended(session: SessionBase) -> bool:
    """Was this session of a signed-in person ended elsewhere while its request ran?

    From the list of sessions, or by signing out in another window.
    """
    if session_rules.person_of(session) is None or session.session_key is None:
        return False
    if not session.exists(session.session_key):
        session.is_gone = True  # type: ignore[attr-defined]
    return session.is_gone  # type: ignore[attr-defined, no-any-return]


def end(request: HttpRequest) -> None:
    """Sign out; what they typed is theirs (vms_portal/kernel/web/kept_form.py)."""
    request.session_ended_of = session_rules.person_of(request.session)  # type: ignore[attr-defined]
    logout(request)
    row_security.apply(user=None)


def say_nothing(request: HttpRequest) -> None:
    """Drop what an act that is undone had to say: neither this page nor the next do."""
    if hasattr(request, "_messages"):
        request._messages = default_storage(request)


def answer(request: HttpRequest, end: Exception) -> HttpResponseBase:
    """Answer a form whose session, or whose author's access, ended on its way.

    Whatever told of it is dropped: the transaction is to be undone. Nothing is noted
    in a session: the browser may hold the cookie of another sign-in by now.
    """
    say_nothing(request)
    form = request
    if kept_acts.is_confirmation(request):
        # allauth's own is over at the end of the transaction.
        with allauth_context.request_context(request):
            waiting = getattr(request, "acts_waiting", {})
            form = kept_acts.form_behind(request, waiting)
    if errors.is_api(form):
        is_session = isinstance(end, SessionEnded)
        token = getattr(getattr(request, "member", None), "token", None)
        is_token = token is not None and authors.has_ended(token)
        return errors.ended_as_data(form, is_session=is_session, is_token=is_token)
    # A page for nobody in particular.
    request.user = AnonymousUser()
    request.member, request.memberships = None, []  # type: ignore[attr-defined]
    return errors.ended_on_the_way(request, form)
