"""What somebody typed into a form that could not be sent, until they are back at it.

The session ended, the page was too old, or another customer was chosen meanwhile.
The page of the form fills its fields again (static/js/kept.js) and lists what was
typed for who has no script. Passwords and files are not kept. A colleague who signs
in next on the same machine finds nothing of it. Of a visitor whose session is gone
without a trace a little is kept, for minutes: anybody may be one.
"""

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseBase
from django.urls import ResolverMatch
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from vms_portal.kernel.running.counting import CounterByAddress
from vms_portal.kernel.running.logs import hide_secrets
from vms_portal.kernel.web.context import FIELD, PERSON, customer_of, person_of
from vms_portal.kernel.web.outcomes import outcome_of

KEY = "kept_form"
LONGEST, LIFE_SECONDS = 20_000, 60 * 60
VISITORS_LONGEST, VISITORS_LIFE_SECONDS = 2_000, 15 * 60
# Pages whose fields, or whose very address, are secret.
SECRET = ("/account/", "/invitations/")
TECHNICAL = {
    "csrfmiddlewaretoken",
    FIELD,
    PERSON,
    "next",
    "revision",
    "step",
    "expected",
    "act",
    "newest",
}


View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class _NamedView(Protocol):
    not_done: str | Promise


def not_done(words: str | Promise) -> Callable[[View], View]:
    """Name what did not happen when the form of this view could not be sent."""

    def mark(view: View) -> View:
        cast(_NamedView, view).not_done = words
        return view

    return mark


def words_for(request: HttpRequest) -> str:
    """Return what did not happen when this form could not be sent."""
    return words_of(request.resolver_match)


def words_of(match: ResolverMatch | None) -> str:
    """Return the words of a view; decorators around it hand them on."""
    view = match.func if match else None
    return str(getattr(view, "not_done", "") or _("Nothing was changed."))


def page_of(request: HttpRequest) -> str:
    """Return the page a form was sent from, as its browser says, else the first."""
    said = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    try:
        address = urlsplit(said)
    except ValueError:
        return "/"
    if address.netloc != request.get_host() or not address.path.startswith("/"):
        return "/"
    path = "/" + address.path.lstrip("/")
    page = f"{path}?{address.query}" if address.query else path
    # It becomes a part of the sign-in page's address.
    return page if hide_secrets(page) == page else "/"


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields that a person may have filled in."""
    if request.path.startswith(SECRET):
        return []
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if value and name not in TECHNICAL and "password" not in name
    ]


def keep(request: HttpRequest) -> str:
    """Remember what was typed; return the page to come back to.

    Only after the request was found to come from a page of ours.
    """
    page, fields = page_of(request), typed(request)
    size = sum(len(name) + len(value) for name, value in fields)
    if fields and _may_keep(request, size):
        request.session[KEY] = {
            "page": urlsplit(page).path,
            "action": request.path,
            "fields": fields,
            "customer": request.POST.get(FIELD, ""),
            "person": _author(request),
            "at": int(time.time()),
        }
    return page


class KeptForms(CounterByAddress):
    scope = "kept_form"


def _may_keep(request: HttpRequest, size: int) -> bool:
    if _known(request):
        return size <= LONGEST
    if not KeptForms().counted(request) or size > VISITORS_LONGEST:
        return False
    # Signing in takes it back (tenants/sign_in/session_rules.py).
    request.session.set_expiry(VISITORS_LIFE_SECONDS)
    return True


def move(request: HttpRequest, page: str) -> None:
    """What was kept for the address of ``request`` waits on ``page`` instead."""
    session = getattr(request, "session", None)
    kept = session.get(KEY) if session is not None else None
    if kept and kept["page"] == request.path:
        request.session[KEY] = {**kept, "page": page}


def _author(request: HttpRequest) -> str:
    """Who typed it: whose form it is, else as their session says, ended or not.

    Somebody else may have signed in since their page was opened.
    """
    return request.POST.get(PERSON) or str(_known(request) or "")


def _known(request: HttpRequest) -> int | None:
    """Whose session it is, or was until this request."""
    return outcome_of(request).session_ended_of or person_of(request)


def take(request: HttpRequest) -> dict[str, Any] | None:
    """Return what was kept for this page, customer and person, this once."""
    session = getattr(request, "session", None)
    kept = session.get(KEY) if session is not None else None
    if not kept or request.method != "GET" or request.headers.get("HX-Request"):
        return None
    if time.time() - kept["at"] > LIFE_SECONDS:
        del request.session[KEY]
        return None
    is_for = kept["customer"] in ("", str(customer_of(request) or ""))
    is_theirs = kept.get("person", "") in ("", str(person_of(request) or ""))
    if kept["page"] != request.path or not is_for or not is_theirs:
        return None
    del request.session[KEY]
    return {"action": kept["action"], "fields": kept["fields"]}
