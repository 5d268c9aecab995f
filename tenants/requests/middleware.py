"""One transaction a request, scoped to the customer the person works for."""

import time
from collections.abc import Callable
from typing import Any, cast

from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _

from tenants.models import Member, User
from tenants.requests import ended_sessions
from tenants.requests.customer_of_form import SAFE
from tenants.requests.portal_request import PortalRequest
from tenants.requests.unsent import sign_in_again
from tenants.services import authors
from tenants.sign_in import kept_acts, session_rules
from tenants.sign_in.sessions import SessionEnded, session_of
from vms_portal.kernel.data import row_security
from vms_portal.kernel.data.prepared import PreparedQuery
from vms_portal.kernel.web.outcomes import Outcome, outcome_of
from vms_portal.kernel.work.queue import listing_failures

SESSION_KEY = "tenant"
UNSCOPED = ("/healthz", "/readyz", "/metrics", "/static/")
# What a person without the second factor their role needs may still open, and
# what only who has none set up yet.
ALWAYS_OPEN = {"account_logout", "set_language"}
OPEN_FOR_SET_UP = {
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
}
# What a page asks for by itself, again and again: nobody sits before it for that.
UNATTENDED = "HTTP_X_UNATTENDED"
NOBODY: dict[str, object] = dict.fromkeys(["tenant", "user", "scope", "email"])
MEMBERSHIPS = PreparedQuery(
    lambda person: (
        Member.objects.filter(user=person)
        .select_related("tenant")
        .order_by("tenant__name")
    )
)
LATE = (authors.NoLongerAble, SessionEnded)
GetResponse = Callable[[HttpRequest], HttpResponse]


class ScopeMiddleware:
    """Open the transaction and set whose rows it sees before anybody is looked up.

    ``ATOMIC_REQUESTS`` would open it around the view only. An answer of 500 or more
    rolls back; exceptions do not reach this middleware, and allauth uses some of
    them as control flow.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(UNSCOPED):
            return self.get_response(request)
        outcome = outcome_of(request)
        try:
            return self._in_transaction(request, outcome)
        except BaseException:
            outcome.is_undone = True
            raise
        finally:
            if outcome.is_undone:
                ended_sessions.leave_nothing(request)

    def _in_transaction(
        self, request: HttpRequest, outcome: Outcome
    ) -> HttpResponseBase:
        # The scope ends with its transaction; a savepoint would hand it on.
        is_inner = connection.in_atomic_block
        with transaction.atomic():
            is_portal = settings.PROCESS == "portal"
            person = session_rules.person_of(request.session) if is_portal else None
            row_security.apply(**{**NOBODY, "user": person})
            response: HttpResponseBase = self.get_response(request)
            if response.status_code >= 500:
                outcome.is_undone = True
            elif not outcome.is_undone:
                try:
                    settle(request, response)
                except LATE as end:
                    response = ended_sessions.answer(request, end)
            if outcome.is_undone:
                transaction.set_rollback(True)
            elif is_inner:
                row_security.apply(**NOBODY)
            listing_failures()
        return response


def settle(request: HttpRequest, response: HttpResponseBase) -> None:
    """Save what an act noted in its session, and ask who it was for.

    ``NoLongerAble``, ``SessionEnded``.
    """
    session_of(request).save_with_act()
    if request.method not in SAFE and response.status_code < 400:
        require_author(request)


def require_author(request: HttpRequest) -> None:
    """Undo what was done for somebody who may not any more (docs/adr/0034).

    The request may have waited for minutes, wherever. ``NoLongerAble``,
    ``SessionEnded``.
    """
    if not isinstance(request.user, User):
        return
    member = getattr(request, "member", None)
    authors.require_still(request.user, member)
    session = session_of(request)
    is_of_session = member is None or member.token is None
    if is_of_session and session_rules.person_of(session) and session.is_ended():
        raise SessionEnded


class SessionRulesMiddleware:
    """End sessions of another process, unused ones and old ones.

    A signed-in person reads in the language of their account, on every device.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(UNSCOPED):
            return self.get_response(request)
        now = time.time()
        if session_rules.is_over(request.session, now):
            ended_sessions.end(request)
        elif session_rules.is_begun_in_vain(request.session):
            clear_login(request)
            row_security.apply(user=None)
        elif request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
            if request.method not in SAFE or UNATTENDED not in request.META:
                return self._in_use(request, now)
        return self.get_response(request)

    def _in_use(self, request: HttpRequest, now: float) -> HttpResponse:
        is_new = session_rules.note_use(request.session, now)
        response = self.get_response(request)
        if is_new and response.status_code < 500:
            session_rules.list_use(request.session)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """A form whose session ended, of the back office or of one's own account.

        The admin and allauth would send it to the sign-in page without a word; the
        portal's own views ask themselves.
        """
        if request.method in SAFE:
            is_visitors = not request.user.is_authenticated
            is_for = kept_acts.is_confirmation(request) and "next" in request.GET
            return sign_in_again(request) if is_visitors and is_for else None
        try:
            ended_sessions.hold(request)
        except SessionEnded as end:
            return ended_sessions.answer(request, end)
        if request.user.is_authenticated or not ended_sessions.is_closed(request):
            return None
        return sign_in_again(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """A form that found its session, or its author's access, ended while it ran."""
        is_late = isinstance(exception, LATE)
        return ended_sessions.answer(request, exception) if is_late else None


class TenantMiddleware:
    """Find the customer a person of the portal works for; the scope becomes theirs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        portal_request = cast(PortalRequest, request)
        portal_request.member, portal_request.memberships = None, []
        portal_request.known = []
        portal_request.lacks_second_factor = False
        is_scoped = not request.path_info.startswith(UNSCOPED)
        if is_scoped and settings.PROCESS == "portal" and request.user.is_authenticated:
            enter(portal_request)
        return self.get_response(request)


def enter(request: PortalRequest) -> None:
    """Find the person's memberships and scope the transaction to one of them.

    Where the one chosen is gone, the next page is of another customer; a form of the
    one before is refused (tenants/requests/customer_of_form.py).
    """
    request.known = MEMBERSHIPS.rows(cast(User, request.user).pk)
    for member in request.known:
        # One object: what the request changes of them, it finds in both places.
        member.user = cast(User, request.user)
    request.memberships = [
        m for m in request.known if m.is_active and m.tenant.is_active
    ]
    wanted = request.session.get(SESSION_KEY)
    chosen = [m for m in request.memberships if m.tenant_id == wanted]
    request.member = next(iter(chosen or request.memberships), None)
    if request.member is not None:
        row_security.apply(tenant=request.member.tenant_id)


class SecondFactorMiddleware:
    """Hold administrators and staff until their second factor is set up or shown.

    The API's own session authentication refuses them itself, as data.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: PortalRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        user = request.user
        if request.path_info.startswith(UNSCOPED) or not isinstance(user, User):
            return None
        if not session_rules.needs_second_factor(user, request.memberships):
            return None
        if session_rules.has_second_factor(request, user):
            return None
        request.lacks_second_factor = True
        match = request.resolver_match
        name = match.view_name if match else ""
        if name in ALWAYS_OPEN or is_api(request):
            return None
        if session_rules.may_set_one_up(user):
            return None if name in OPEN_FOR_SET_UP else _ask_to_set_up(request)
        # The role was raised, or the factor set up elsewhere, during this session.
        logout(request)
        messages.warning(request, _("Sign in again with your second step."))
        return sign_in_again(request)


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _ask_to_set_up(request: HttpRequest) -> HttpResponse:
    """The page itself says what is needed, for as long as it is."""
    return redirect("mfa_index")
