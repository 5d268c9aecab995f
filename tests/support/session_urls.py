"""Each process with an address that does something to its session, and answers."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tenants.sign_in.sessions import SessionStore
from tests.support.races import at_once
from vms_portal.urls import portal

handler404 = portal.handler404
handler500 = portal.handler500


def nothing(request: HttpRequest) -> None:
    """The control."""


def note(request: HttpRequest) -> None:
    request.session["noted"] = True


def end_elsewhere(request: HttpRequest) -> None:
    """As another window does: of which this one hears nothing."""
    key = request.session.session_key
    assert at_once(lambda: SessionStore(key).delete()) == [None]


def note_and_end(request: HttpRequest) -> None:
    note(request)
    end_elsewhere(request)


def cycle(request: HttpRequest) -> None:
    """As signing in does."""
    request.session.cycle_key()
    note(request)


def sign_out(request: HttpRequest) -> None:
    """As choosing a password does."""
    logout(request)


ACTS: dict[str, Callable[[HttpRequest], Any]] = {
    act.__name__: act
    for act in (nothing, note, end_elsewhere, note_and_end, cycle, sign_out)
}


def act(request: HttpRequest, name: str, status: int) -> HttpResponse:
    ACTS[name](request)
    if status == 403:
        raise PermissionDenied
    if status == 500:
        raise ValueError
    return HttpResponse("Done", status=status, headers={"Location": "/"})


urlpatterns = [
    path("session/<name>/<int:status>/", act),
    *portal.urlpatterns,
]
