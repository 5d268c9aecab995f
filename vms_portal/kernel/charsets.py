"""Requests are UTF-8; one that says otherwise is not understood.

Django decodes query and form by whatever codec of Python a ``Content-Type`` names:
some decode no text, some make half a character, which no page can show. It looks at
the query as it makes the request, where no page of ours catches what it raises.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

from vms_portal.kernel import errors

UTF8 = {"utf-8", "utf8"}


class Request(WSGIRequest):
    """Query and form are decoded as UTF-8."""

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        found = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        self.content_type, self.content_params = found


class Handler(WSGIHandler):
    request_class = Request


class CharsetMiddleware:
    """400 for a request in another charset, before anything reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() in UTF8:
            return self.get_response(request)
        return errors.not_understood(request)
