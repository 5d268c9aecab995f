"""Forms that wait while a person shows again who they are.

allauth keeps one form, and forgets it in silence where its address has a query or
another window asked meanwhile. These are kept by their whole address.
"""

import copy
import json
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows import reauthentication
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.httpkit import deserialize_request, serialize_request
from allauth.core.internal.urlkit import script_aware_resolve
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import Resolver404, ResolverMatch
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from tenants.sign_in.sessions import session_of
from tenants.sign_in.waiting_forms import DONE, GIVEN_UP, KEY, Kept, bounded
from vms_portal.kernel.web import kept_form
from vms_portal.kernel.web.outcomes import outcome_of, part

LIFE_SECONDS = 30 * 60
# What of the request's own headers its view may ask for; the rest, with cookies and
# tokens, is of the request that confirms it.
OF_THE_FORM = ("QUERY_STRING", "HTTP_REFERER", "HTTP_X_FOR_CUSTOMER")
CONFIRMATIONS = {
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}
REMOVES_STEP = "admin:mfa_authenticator_delete"
_resume = reauthentication.resume_request


def suspend(request: HttpRequest, redirect_to: str) -> HttpResponse:
    """Keep the form that was sent, and ask who is there.

    A visitor's is not kept: anybody may be one, and who signs in next may not.
    """
    address = request.get_full_path()
    if request.user.is_authenticated:
        _keep(request, address)
    to = f"{redirect_to}?{urlencode({REDIRECT_FIELD_NAME: address})}"
    if request.headers.get("HX-Request"):
        # A redirect would be followed out of sight and put into a part of the page.
        return HttpResponseClientRedirect(to)
    return HttpResponseRedirect(to)


def resume(request: HttpRequest) -> HttpResponse | None:
    """Send the form that waits for this address, or say that it was not done.

    Of two confirmations at once the second finds it sent. One that nothing waits for
    is of a form that went with its session, or of a page that asks when it is opened.
    ``SessionEnded``.
    """
    address = get_next_redirect_url(request, REDIRECT_FIELD_NAME) or ""
    if address not in request.session.get(KEY, {}) and not _takes_forms(address):
        answer: HttpResponse | None = _resume(request)
        return answer
    kept: Kept = session_of(request).locked().get(KEY, {})
    sent_at, person, form = kept.get(address, GIVEN_UP)
    request.session[KEY] = bounded({**kept, address: (0, 0, DONE)})
    request.session.save()
    if form == DONE:
        return HttpResponseRedirect(address)
    if time.time() - sent_at > LIFE_SECONDS or person != request.user.pk:
        words = {"not_done": kept_form.words_of(_match(address))}
        messages.error(request, _("%(not_done)s Send the form once more.") % words)
        return HttpResponseRedirect(address)
    return _send(request, form)


def is_confirmation(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name in CONFIRMATIONS


def step_to_remove(request: HttpRequest) -> int | None:
    """Return the key of the second step whose removal a confirmation is asked for."""
    address = get_next_redirect_url(request, REDIRECT_FIELD_NAME) or ""
    match = _match(address) if is_confirmation(request) and address else None
    if match is None or match.view_name != REMOVES_STEP:
        return None
    key = unquote(match.kwargs["object_id"])
    return int(key) if key.isascii() and key.isdecimal() else None


def form_behind(request: HttpRequest) -> HttpRequest:
    """Return the form a confirmation was asked for, as if it were sent just now.

    Of one that left no trace in the session that ended the address is known; what
    was done before is a page to come back to.
    """
    address = get_next_redirect_url(request, REDIRECT_FIELD_NAME) or ""
    waiting = session_of(request).acts_waiting
    _sent_at, person, form = waiting.get(address, GIVEN_UP)
    behind = copy.copy(request)
    part(behind)
    if form and form != DONE:
        outcome_of(behind).session_ended_of = person
        return _received(behind, form)
    behind.method = "GET" if form == DONE else "POST"
    parts = urlsplit(address if urlsplit(address).path.startswith("/") else "/")
    behind.path = behind.path_info = parts.path
    behind.POST = QueryDict()
    behind.META = {**_without(request, *OF_THE_FORM), "QUERY_STRING": parts.query}
    behind.META["HTTP_REFERER"] = behind.build_absolute_uri()
    behind.__dict__.pop("headers", None)
    behind.resolver_match = _match(parts.path)
    return behind


def _keep(request: HttpRequest, address: str) -> None:
    """Keep a form; a page that is opened again gives up the form kept for it."""
    kept: Kept = request.session.get(KEY, {})
    *_when, before = kept.pop(address, (0, 0, DONE))
    if request.method == "POST":
        kept[address] = int(time.time()), request.user.pk or 0, _as_text(request)
    elif before != DONE:
        kept[address] = GIVEN_UP
    else:
        return
    request.session[KEY] = bounded(kept)


def _match(address: str) -> ResolverMatch | None:
    try:
        return script_aware_resolve(urlsplit(address).path)
    except Resolver404:
        return None


def _takes_forms(address: str) -> bool:
    """Is it of the portal or the back office? Only allauth asks at opening a page."""
    match = _match(address) if address else None
    return match is not None and bool(match.namespaces)


def _send(request: HttpRequest, form: str) -> HttpResponse:
    """Answer a kept form, with the cookies and the protection of its confirmation."""
    sent = _received(request, form)
    match = sent.resolver_match
    assert match is not None  # noqa: S101 - it was sent to this address
    done: HttpResponse = match.func(sent, *match.args, **match.kwargs)
    return done


def _received(request: HttpRequest, form: str) -> HttpRequest:
    """Make ``request`` the kept form's."""
    rest = _without(request, *OF_THE_FORM)
    sent = deserialize_request(form, request)
    sent.META = {**rest, **sent.META, "PATH_INFO": sent.path_info}
    # Read of the confirmation before.
    sent.__dict__.pop("headers", None)
    sent.resolver_match = script_aware_resolve(sent.path)
    return sent


def _without(request: HttpRequest, *names: str) -> dict[str, Any]:
    left_out = ("HTTP_HX_", *names)
    return {k: v for k, v in request.META.items() if not k.startswith(left_out)}


def _as_text(request: HttpRequest) -> str:
    """The request without secrets, asking for a whole page: a part has none by then.

    No row holds what a cookie does (docs/adr/0028): Django puts the one against
    forged forms among the headers too, and masked into the form.
    """
    sent: dict[str, Any] = json.loads(serialize_request(request))
    sent["META"] = {k: v for k, v in sent["META"].items() if k in OF_THE_FORM}
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    sent["POST"] = fields.urlencode()
    return json.dumps(sent)


def use() -> None:
    reauthentication.suspend_request = suspend
    reauthentication.resume_request = resume
