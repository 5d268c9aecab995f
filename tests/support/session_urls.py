"""Each process with an address that does something to its session, and answers."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import transaction
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


# What other windows found as an act was committed.
FOUND: list[dict[str, Any]] = []


def note_and_look(request: HttpRequest) -> None:
    note(request)
    secret = request.COOKIES[settings.SESSION_COOKIE_NAME]

    def look() -> None:
        (found,) = at_once(lambda: dict(SessionStore.of_cookie(secret).items()))
        FOUND.append(found)

    transaction.on_commit(look)


ACTS: dict[str, Callable[[HttpRequest], Any]] = {
    act.__name__: act
    for act in (
        nothing,
        note,
        note_and_look,
        end_elsewhere,
        note_and_end,
        cycle,
        sign_out,
    )
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
    # Holds its session from the beginning.
    path("account/session/<name>/<int:status>/", act),
    *portal.urlpatterns,
]
