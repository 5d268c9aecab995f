"""Response headers that no view has to think of."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from vms_portal.kernel.running.logs import hide_secrets

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "geolocation", "microphone", "payment", "usb")
)


class NoNulMiddleware:
    """400 for a NUL in the query of the back office.

    The filters of Django's own lists hand it to the database, which raises. The
    portal's forms and its API refuse it themselves, with a word about where it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if settings.PROCESS == "backoffice" and ("%00" in query or "\0" in query):
            raise BadRequest("NUL in a query")
        return self.get_response(request)


class PrivatePagesMiddleware:
    """Nothing the application answers stays in a cache, unless the view says so.

    Static files are answered before this and keep their own, long life.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if hide_secrets(request.path) != request.path:
            # Its styles and scripts are asked for without the address of the page,
            # which a proxy would write into its log.
            response.headers["Referrer-Policy"] = "strict-origin"
        return response
