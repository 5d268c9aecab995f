"""Addresses: of many rows, and for whoever reads them outside of this process."""

from collections.abc import Callable

from django.conf import settings
from django.urls import reverse

PORTAL_URLS = "vms_portal.urls.portal"
# A key no address holds by chance; the real one takes its place.
STAND_IN = 918_273_645


def portal_address(name: str, *args: object) -> str:
    """Return the whole address of a page of the portal, whichever process asks.

    Never taken from a request: a host name is what a visitor says it is. Raises
    ``NoReverseMatch``: call it before the commit, not after.
    """
    return settings.PORTAL_URL + reverse(name, args=args, urlconf=PORTAL_URLS)


def addresses_of(name: str) -> Callable[[int], str]:
    """Return what makes the address of a row's page from its key.

    Reversing one takes as long as rendering three cells.
    """
    before, after = reverse(name, args=[STAND_IN]).split(str(STAND_IN))
    return lambda pk: f"{before}{pk}{after}"
