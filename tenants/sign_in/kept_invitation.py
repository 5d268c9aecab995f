"""The invitation that somebody opened before they sign in to accept it.

Its link opens it, so none is in an address that holds another: proxies write queries
into their logs. The session keeps the hash by which the row is found.
"""

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect

KEY = "invitation"
# A visitor's session ends in minutes; signing in takes that back.
LIFE_SECONDS = 15 * 60
PAGE = "tenants:invitation_kept"


def sign_in_first(request: HttpRequest, token_hash: str) -> HttpResponseRedirect:
    """Send a visitor to the sign-in page, and from there to the invitation."""
    request.session[KEY] = token_hash
    request.session.set_expiry(LIFE_SECONDS)
    return redirect("account_login")


def kept(request: HttpRequest) -> str:
    """Return the hash; empty where none is kept."""
    return str(request.session.get(KEY, ""))


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
