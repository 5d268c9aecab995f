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

KEY = "kept_acts"
# Of more windows that ask at the same time the oldest says that it was not done.
MOST, LIFE_SECONDS = 8, 30 * 60
SECRET = ("HTTP_COOKIE", "HTTP_AUTHORIZATION")
Kept = dict[str, tuple[int, str]]
_resume = reauthentication.resume_request


def suspend(request: HttpRequest, redirect_to: str) -> HttpResponse:
    """Keep the form that was sent, and ask who is there."""
    address = request.get_full_path()
    if request.method == "POST":
        kept: Kept = request.session.get(KEY, {})
        kept.pop(address, None)
        kept[address] = int(time.time()), _as_text(request)
        for old in list(kept)[:-MOST]:
            kept[old] = 0, ""
        request.session[KEY] = dict(list(kept.items())[-4 * MOST :])
    to = f"{redirect_to}?{urlencode({REDIRECT_FIELD_NAME: address})}"
    if request.headers.get("HX-Request"):
        # A redirect would be followed out of sight and put into a part of the page.
        return HttpResponseClientRedirect(to)
    return HttpResponseRedirect(to)


def resume(request: HttpRequest) -> HttpResponse | None:
    """Send the form that waits for this address, or say that it was not done."""
    address = get_next_redirect_url(request, REDIRECT_FIELD_NAME)
    kept: Kept = request.session.get(KEY, {})
    if address not in kept:
        answer: HttpResponse | None = _resume(request)
        return answer
    asked_at, waiting = kept.pop(address)
    request.session[KEY] = kept
    if time.time() - asked_at > LIFE_SECONDS:
        messages.error(request, _("Nothing was changed. Send the form once more."))
        return HttpResponseRedirect(address)
    sent = deserialize_request(waiting, request)
    match = script_aware_resolve(sent.path)
    sent.resolver_match = match
    done: HttpResponse = match.func(sent, *match.args, **match.kwargs)
    return done


def _as_text(request: HttpRequest) -> str:
    """The request without secrets, asking for a whole page: a part has none by then.

    No row holds what a cookie does (docs/adr/0032).
    """
    sent: dict[str, Any] = json.loads(serialize_request(request))
    left_out = ("HTTP_HX_", *SECRET)
    meta = sent["META"].items()
    sent["META"] = {k: v for k, v in meta if not k.startswith(left_out)}
    return json.dumps(sent)


def use() -> None:
    reauthentication.suspend_request = suspend
    reauthentication.resume_request = resume
