"""Sessions that end, before a request or on its way, and what is answered then."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseBase

from tenants.requests.unsent import sign_in_again
from tenants.sign_in import session_rules
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
        # Before a code of one is written: what is confirmed may end another.
        steps = Authenticator.objects.filter(user=request.user.pk).order_by("pk")
        list(steps.select_for_update())
    elif request.session.session_key:
        request.session.hold()  # type: ignore[attr-defined]


def is_ended(session: SessionBase) -> bool:
    """Was this session of a signed-in person ended elsewhere while its request ran?

    From the list of sessions, or by signing out in another window.
    """
    if session_rules.person_of(session) is None or session.session_key is None:
        return False
    return not session.exists(session.session_key)


def end(request: HttpRequest) -> None:
    """Sign out; what they typed is theirs (vms_portal/kernel/web/kept_form.py)."""
    request.session_ended_of = session_rules.person_of(request.session)  # type: ignore[attr-defined]
    logout(request)
    row_security.apply(user=None)


def answer(request: HttpRequest) -> HttpResponseBase:
    """Answer a form whose session ended on its way as one that came after the end.

    Whatever told of it is dropped: the transaction is to be undone.
    """
    list(messages.get_messages(request))
    if errors.is_api(request):
        return errors.session_ended(request)
    end(request)
    return sign_in_again(request)
