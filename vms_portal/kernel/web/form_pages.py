"""From the address a form is sent to, back to the page it stands on."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from vms_portal.kernel.web import kept_form


class FormPageMiddleware:
    """Leads a browser away from an address that takes forms only.

    A refused form is shown there: who loads it anew, changes the language or signs
    in again would get an empty 405. Addresses nest, so its page is the next above.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_opened = request.headers.get("Sec-Fetch-Mode") == "navigate"
        if not isinstance(response, HttpResponseNotAllowed) or not is_opened:
            return response
        if request.method != "GET":
            return response
        page = page_above(request)
        kept_form.move(request, page)
        return redirect(page)


def page_above(request: HttpRequest) -> str:
    """Return the nearest address above the one asked for that leads anywhere."""
    urlconf = getattr(request, "urlconf", None)
    path = request.path_info
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path, urlconf)
        except Resolver404:
            continue
        return path
    return "/"
