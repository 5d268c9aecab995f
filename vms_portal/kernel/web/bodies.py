"""How much anybody may send. The proxy says the same; this holds without it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from vms_portal.kernel.text import whole_number
from vms_portal.kernel.web import errors

LARGEST = 2 * 1024**2
LARGEST_UPLOAD = 60 * 1024**2


class BodyLimitMiddleware:
    """413 for a body above 2 MB; 60 MB for staff where files are imported.

    Stands behind the one that knows the person, and before any view or check of a
    form's token reads the body: it is refused unread.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a length nothing is read, so no length is no body.
        size = _whole(request.META.get("CONTENT_LENGTH"))
        is_refused = getattr(request, "refused_length", None) == 413 or size is None
        if is_refused or (size and size > LARGEST and size > _most(request)):
            return errors.too_large(request)
        return self.get_response(request)


def is_ordinary(environ: Mapping[str, Any]) -> bool:
    """Is the body as small as anybody may send it, wherever?"""
    size = _whole(environ.get("CONTENT_LENGTH"))
    return size is not None and size <= LARGEST


def refused_length(environ: Mapping[str, Any]) -> int | None:
    """Return 413 for a length that no address takes, 411 for a body without one.

    Before anything of ours counts or reads it: the figures would keep a made-up sum
    for good, and a body in pieces would count as none.
    """
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return 411
    size = _whole(environ.get("CONTENT_LENGTH"))
    return 413 if size is None or size > LARGEST_UPLOAD else None


def _whole(length: str | None) -> int | None:
    return whole_number((length or "").lstrip("0") or "0")


def _most(request: HttpRequest) -> int:
    try:
        view = resolve(request.path_info).view_name
    except Resolver404:
        return LARGEST
    is_staff = request.user.is_authenticated and request.user.is_staff
    return LARGEST_UPLOAD if is_staff and view in settings.UPLOAD_VIEWS else LARGEST
