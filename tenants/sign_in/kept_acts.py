"""Forms that wait while a person shows again who they are.

allauth keeps one form, and forgets it in silence where its address has a query or
another window asked meanwhile. These are kept by their whole address.
"""

import json
import time
from typing import Any

from allauth.account.internal.flows import reauthentication
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal.httpkit import deserialize_request, serialize_request
from allauth.core.internal.urlkit import script_aware_resolve
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

KEY = "acts_kept"
# Of more windows that ask at the same time the oldest says that it was not done.
MOST, LIFE_SECONDS = 8, 30 * 60
# Of all that waits in one session, as it is kept.
LONGEST = 100_000
# What of the request's own headers its view may ask for; the rest, with cookies and
# tokens, is of the request that confirms it.
OF_THE_FORM = ("QUERY_STRING", "HTTP_REFERER", "HTTP_X_FOR_CUSTOMER")
GIVEN_UP = 0, 0, ""
# When the form was sent, whose it is, and the form; without one it is given up.
Kept = dict[str, tuple[int, int, str]]
_resume = reauthentication.resume_request


def suspend(request: HttpRequest, redirect_to: str) -> HttpResponse:
    """Keep the form that was sent, and ask who is there.

    A visitor's is not kept: anybody may be one, and who signs in next may not.
    """
    address = request.get_full_path()
    if request.user.is_authenticated:
        _keep(request, address)
    elif request.method == "POST":
        messages.error(request, _("Nothing was changed. Send the form once more."))
    to = f"{redirect_to}?{urlencode({REDIRECT_FIELD_NAME: address})}"
    if request.headers.get("HX-Request"):
        # A redirect would be followed out of sight and put into a part of the page.
        return HttpResponseClientRedirect(to)
    return HttpResponseRedirect(to)


def resume(request: HttpRequest) -> HttpResponse | None:
    """Send the form that waits for this address, or say that it was not done.

    Of two confirmations at once the second finds it sent.
    """
    address = get_next_redirect_url(request, REDIRECT_FIELD_NAME)
    if address not in request.session.get(KEY, {}):
        answer: HttpResponse | None = _resume(request)
        return answer
    kept: Kept = request.session.locked().get(KEY, {})  # type: ignore[attr-defined]
    waiting = kept.pop(address, None)
    request.session[KEY] = kept
    request.session.save()
    if waiting is None:
        return HttpResponseRedirect(address)
    sent_at, person, form = waiting
    if time.time() - sent_at > LIFE_SECONDS or person != request.user.pk:
        messages.error(request, _("Nothing was changed. Send the form once more."))
        return HttpResponseRedirect(address)
    return _send(request, form)


def _keep(request: HttpRequest, address: str) -> None:
    """Keep a form; a page that is opened again gives up the form kept for it."""
    kept: Kept = request.session.get(KEY, {})
    was_kept = kept.pop(address, None) is not None
    if request.method == "POST":
        kept[address] = int(time.time()), request.user.pk or 0, _as_text(request)
    elif was_kept:
        kept[address] = GIVEN_UP
    else:
        return
    for place, old in enumerate(list(kept), start=1):
        is_too_much = sum(len(form) for _at, _by, form in kept.values()) > LONGEST
        if is_too_much or place <= len(kept) - MOST:
            kept[old] = GIVEN_UP
    request.session[KEY] = dict(list(kept.items())[-4 * MOST :])


def _send(request: HttpRequest, form: str) -> HttpResponse:
    """Answer a kept form, with the cookies and the protection of its confirmation."""
    own = request.META
    sent = deserialize_request(form, request)
    left_out = ("HTTP_HX_", *OF_THE_FORM)
    rest = {k: v for k, v in own.items() if not k.startswith(left_out)}
    sent.META = {**rest, **sent.META, "PATH_INFO": sent.path_info}
    # Read of the confirmation before.
    sent.__dict__.pop("headers", None)
    match = script_aware_resolve(sent.path)
    sent.resolver_match = match
    done: HttpResponse = match.func(sent, *match.args, **match.kwargs)
    return done


def _as_text(request: HttpRequest) -> str:
    """The request without secrets, asking for a whole page: a part has none by then.

    No row holds what a cookie does (docs/adr/0032): Django puts the one against
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
