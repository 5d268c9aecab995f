"""Error pages. Those for 500 and 503 need neither database nor request."""

import sys
from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from vms_portal.kernel.data.locks import is_deadlock
from vms_portal.kernel.running.logs import REQUEST_ID
from vms_portal.kernel.web import kept_form
from vms_portal.kernel.web.outcomes import outcome_of

REDIS_AWAY = (RedisConnectionError, RedisTimeoutError)
AWAY = (OperationalError, InterfaceError, *REDIS_AWAY)
RETRY_SECONDS = "30"
API = "/api/v1/"
# How a program is to say who it is, where it is answered 401.
BEARER = 'Bearer realm="api"'


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form is of a page that is over, in the site's own look.

    What was typed is shown; a browser that says it came from a page of ours finds it
    in the form again.
    """
    is_ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    not_done = kept_form.words_for(request)
    why = _(
        "Since the page was opened, this browser was closed or somebody signed in "
        "with it."
    )
    context = {
        "csrf": True,
        "why": why,
        "typed": kept_form.typed(request),
        "page": (kept_form.keep if is_ours else kept_form.page_of)(request),
        "not_done": not_done,
    }
    response = render(request, "403.html", context, status=403)
    if is_ours and request.headers.get("HX-Request"):
        messages.error(request, f"{why} {not_done}")
        response.headers["HX-Refresh"] = "true"
    return response


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 as a page, and as data where a program asks."""
    if is_api(request):
        return _data(403, "permission_denied", _("Nothing was changed."))
    return render(request, "403.html", status=403)


def ended_on_the_way(request: HttpRequest, form: HttpRequest) -> HttpResponse:
    """Answer 403: the session or the access of who sent ``form`` ended meanwhile.

    The form stays as it is in its window, and is sent from there once more.
    """
    context = {
        "is_late": True,
        "not_done": kept_form.words_for(form),
        "typed": kept_form.typed(form),
        "how": _(
            "Your session ended, or your access, your password or your address "
            "changed, while this was on its way. Sign in again in another window, "
            "then go back to the form and send it once more: your browser keeps what "
            "you typed. If you cannot sign in, ask an administrator."
        ),
    }
    if not request.headers.get("HX-Request"):
        return render(request, "403.html", context, status=403)
    toast = {"level": "error", "text": f"{context['not_done']} {context['how']}"}
    response = render(request, "components/_toast.html", toast, status=403)
    # Beside what was typed, not in its place (static/js/app.js).
    response.headers["HX-Retarget"] = "#toasts"
    response.headers["HX-Reswap"] = "beforeend"
    return response


def ended_as_data(
    request: HttpRequest, *, is_session: bool, is_token: bool
) -> HttpResponse:
    """The same as data; 401 as to the next request of a session or token that ended."""
    nothing = _("Nothing was changed.")
    if is_token:
        ended = _("The token is unknown, expired or withdrawn.")
        response = _data(401, "invalid_token", f"{ended} {nothing}")
        response.headers["WWW-Authenticate"] = BEARER
        return response
    if not is_session:
        return _data(403, "permission_denied", nothing)
    words = {"not_done": kept_form.words_for(request)}
    message = _("Your session ended. %(not_done)s") % words
    return _data(401, "not_authenticated", message)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 as a page, and as data where the API has no such address."""
    if is_api(request):
        return _data(404, "not_found", _("There is no such address."))
    return page_not_found(request, exception)


def not_understood(request: HttpRequest, status: int = 400) -> HttpResponse:
    """Answer without a look at query or form, which cannot be read.

    411 for a body that does not say how long it is.
    """
    if is_api(request):
        return _data(status, "parse_error", _("The request was not understood"))
    return HttpResponse(_without_request("400.html", code=status), status=status)


def no_document(request: HttpRequest, heading: str, message: str) -> HttpResponse:
    """Answer 503 while a document is being made: ``message`` says what to do."""
    if is_api(request):
        response = _data(503, "not_ready", message)
    else:
        context = {"heading": heading, "message": message}
        response = render(request, "errors/document.html", context, status=503)
    response.headers["Retry-After"] = RETRY_SECONDS
    return response


def bad_document(request: HttpRequest, heading: str, message: str) -> HttpResponse:
    """Answer 500 for a stored document that must not be sent."""
    if is_api(request):
        return _data(500, "damaged", message)
    context = {"heading": heading, "message": message, "is_final": True}
    return render(request, "errors/document.html", context, status=500)


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer 413: what was sent is more than anything here takes."""
    message = _("Send less at once, or split the file.")
    if is_api(request):
        return _data(413, "too_large", message)
    context = {
        "heading": _("That is too large"),
        "message": message,
        "is_final": True,
        "code": 413,
    }
    return render(request, "errors/document.html", context, status=413)


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer 429 as a page: passwords, codes, links or addresses were tried too often.

    allauth asks ``handler429`` of the addresses, else it answers in bare English.
    """
    context = {
        "heading": _("That was too often"),
        "message": _("Wait a few minutes, then try again."),
        "is_final": True,
        "code": 429,
    }
    return render(request, "errors/document.html", context, status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody caught: 503 while a server is away, else 500.

    The page carries the request's id, so that a caller finds the log's line.
    """
    error = sys.exc_info()[1]
    is_away = isinstance(error, AWAY)
    outcome_of(request).is_deadlock = is_deadlock(error)
    reference = structlog.contextvars.get_contextvars().get(REQUEST_ID, "")
    if is_api(request):
        response = _failure_as_data(is_away, reference)
    elif is_away:
        page = _without_request("503.html", no_sign_in=_is_sign_in(request))
        response = HttpResponse(page, status=503)
    else:
        page = _without_request("500.html", reference=reference)
        response = HttpResponse(page, status=500)
    if is_away:
        response.headers["Retry-After"] = RETRY_SECONDS
    return response


def away_as_page() -> bytes:
    """The page of a server that is away, for who answers without a request."""
    return _without_request("503.html").encode()


def away_as_data() -> bytes:
    return _failure_as_data(True, "").content


def _failure_as_data(is_away: bool, reference: str) -> HttpResponse:
    if is_away:
        message = _("The portal is not available right now")
        return _data(503, "not_available", message)
    message = _("Something went wrong on our side")
    return _data(500, "server_error", message, reference=reference)


def _is_sign_in(request: HttpRequest) -> bool:
    """Was it signing in that failed, because guesses cannot be counted? (ADR 0015)"""
    is_counting = isinstance(sys.exc_info()[1], REDIS_AWAY)
    return is_counting and request.path_info.startswith("/account/")


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(API)


def _data(status: int, error: str, message: str, **detail: str) -> HttpResponse:
    answer = {"error": error, "message": message, "detail": detail}
    return JsonResponse(answer, status=status)


def _without_request(template: str, **more: Any) -> str:
    language = get_language() or settings.LANGUAGE_CODE
    context = {
        "operator": settings.OPERATOR.in_language(language),
        "demo": settings.DEMO,
        "LANGUAGE_CODE": language,
    }
    return render_to_string(template, {**context, **more})
