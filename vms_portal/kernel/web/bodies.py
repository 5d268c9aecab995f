"""How much anybody may send. The proxy says the same; this holds without it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

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
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isdecimal() else 0
        if size > LARGEST and size > _most(request):
            return errors.too_large(request)
        return self.get_response(request)


def _most(request: HttpRequest) -> int:
    try:
        view = resolve(request.path_info).view_name
    except Resolver404:
        return LARGEST
    is_staff = request.user.is_authenticated and request.user.is_staff
    return LARGEST_UPLOAD if is_staff and view in settings.UPLOAD_VIEWS else LARGEST
