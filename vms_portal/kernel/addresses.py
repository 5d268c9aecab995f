"""Addresses of many rows: reversing one takes as long as rendering three cells."""

from collections.abc import Callable

from django.urls import reverse

# A key no address holds by chance; the real one takes its place.
STAND_IN = 918_273_645


def addresses_of(name: str) -> Callable[[int], str]:
    """Return what makes the address of a row's page from its key."""
    before, after = reverse(name, args=[STAND_IN]).split(str(STAND_IN))
    return lambda pk: f"{before}{pk}{after}"
