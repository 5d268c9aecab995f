"""The secret against forged forms: one for each person of a browser (docs/adr/0040).

Django changes it at each sign-in, so that nobody sends what another's page holds, or
what somebody planted. Who signs in again goes on with their own: their pages that are
open in other windows are sent as they stand.
"""

import re

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

# Of Django's 32 characters so many say by chance which browser it is, the others
# whose secret.
CHANCE = 16
OF_DJANGO = re.compile(r"[a-zA-Z0-9]{32}")


def made_for(person: int, chance: str = "") -> str:
    """Return a secret of this person, which nobody makes without our key."""
    chance = chance or get_random_string(CHANCE)
    signed = salted_hmac("vms_portal.form_secret", f"{person}:{chance}")
    return (chance + signed.hexdigest())[:32]


def begin(request: HttpRequest, person: int) -> None:
    """Hand out the secret of who signed in: the browser's, where it is theirs."""
    brought = _brought(request)
    theirs = made_for(person, brought[:CHANCE])
    secret = brought if constant_time_compare(brought, theirs) else made_for(person)
    # As django.middleware.csrf.rotate_token does just before.
    request.META.update(CSRF_COOKIE=secret, CSRF_COOKIE_NEEDS_UPDATE=True)


def leave(request: HttpRequest) -> None:
    """Leave the browser its own, whatever an act did that is undone.

    It may hold another by now, of a sign-in in another window.
    """
    if brought := _brought(request):
        request.META.update(CSRF_COOKIE=brought, CSRF_COOKIE_NEEDS_UPDATE=False)


def _brought(request: HttpRequest) -> str:
    """Return the browser's; empty where it has none that Django takes."""
    said = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    return said if OF_DJANGO.fullmatch(said) else ""
