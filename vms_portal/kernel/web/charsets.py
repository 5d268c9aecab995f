"""Requests are UTF-8 and say how long they are; others are not understood.

Django decodes query and form by whatever codec of Python a ``Content-Type`` names:
some decode no text, some make half a character, which no page can show. It looks at
headers and query as it makes the request, where no page of ours catches what it
raises: such a request is made once more without them, and refused.
"""

import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

from vms_portal.kernel.web import bodies, errors

UTF8 = {"utf-8", "utf8"}
# RFC 2046, as Django takes it.
BOUNDARY = re.compile(r"[ -~]{0,200}[!-~]", re.ASCII)
log = structlog.get_logger("vms.request")


class Request(WSGIRequest):
    """Query and form are decoded as UTF-8.

    ``refused_length`` is the status for a body that claims a length nobody sends, or
    none. ``unreadable`` is what Django raised as it made the request; what the request
    says is then left out, all but its method, path and headers.
    """

    unreadable: Exception | None = None
    refused_length: int | None = None

    def __init__(self, environ: dict[str, Any]) -> None:
        self.refused_length = bodies.refused_length(environ)
        if self.refused_length:
            # Nothing counts what nobody sent.
            environ.update({"CONTENT_LENGTH": "0", "wsgi.input": io.BytesIO()})
        # Django writes the decoded path back into what it is given.
        given = dict(environ)
        try:
            super().__init__(environ)
        except Exception as error:
            self.unreadable = error
            super().__init__(_without_words(given))

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        media_type = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        self.content_type, self.content_params = media_type


def _without_words(environ: dict[str, Any]) -> dict[str, Any]:
    """The same request with nothing in it that Django could fail to read."""
    try:
        environ["PATH_INFO"].encode("iso-8859-1")
        path = environ["PATH_INFO"]
    except (KeyError, UnicodeEncodeError):
        path = "/"
    return {
        **environ,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "",
        "CONTENT_LENGTH": "0",
        "wsgi.input": io.BytesIO(),
        "REQUEST_METHOD": environ.get("REQUEST_METHOD", "GET"),
    }


class Handler(WSGIHandler):
    request_class = Request


class CharsetMiddleware:
    """400 for a request that cannot be read, before anything reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "refused_length", None) == 411:
            return errors.not_understood(request, status=411)
        problem = (
            getattr(request, "unreadable", None)
            or _problem_of_accept(request)
            or _problem_of_form(request)
        )
        if problem:
            log.warning("request not understood", reason=repr(problem)[:200])
            return errors.not_understood(request)
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() in UTF8:
            return self.get_response(request)
        return errors.not_understood(request)


def _problem_of_form(request: HttpRequest) -> str:
    """Parts that nothing parts: whoever looks at the form first would raise."""
    if request.content_type != "multipart/form-data":
        return ""
    boundary = (request.content_params or {}).get("boundary", "")
    return "" if BOUNDARY.fullmatch(boundary) else "no boundary"


def _problem_of_accept(request: HttpRequest) -> Exception | None:
    """What REST framework would meet in ``Accept``, outside what it catches."""
    if not request.path_info.startswith(errors.API):
        return None
    try:
        for kind in request.headers.get("Accept", "").split(","):
            parse_header_parameters(kind)
    except Exception as error:
        return error
    return None
