"""Error pages. Those for 500 and 503 need neither database nor request."""

import sys
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from redis.exceptions import ConnectionError as RedisConnectionError

from vms_portal.kernel.logs import REQUEST_ID

AWAY = (OperationalError, InterfaceError, RedisConnectionError)
RETRY_SECONDS = "30"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old to trust, in the site's own look."""
    return render(request, "403.html", {"csrf": True}, status=403)


def conflict(request: HttpRequest, message: str, back: str = "/") -> HttpResponse:
    """Answer 409: ``message`` says who did what, ``back`` shows what is true now."""
    return render(request, "409.html", {"message": message, "back": back}, status=409)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody caught: 503 while a server is away, else 500.

    The page carries the request's id, so that a caller finds the log's line.
    """
    if isinstance(sys.exc_info()[1], AWAY):
        response = HttpResponse(_without_request("503.html"), status=503)
        response.headers["Retry-After"] = RETRY_SECONDS
        return response
    reference = structlog.contextvars.get_contextvars().get(REQUEST_ID, "")
    page = _without_request("500.html", reference=reference)
    return HttpResponse(page, status=500)


def _without_request(template: str, **more: Any) -> str:
    context = {
        "operator": settings.OPERATOR,
        "demo": settings.DEMO,
        "LANGUAGE_CODE": get_language() or settings.LANGUAGE_CODE,
    }
    return render_to_string(template, {**context, **more})
