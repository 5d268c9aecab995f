"""Where the process of an audience is reached, for mails about accounts."""

from django.conf import settings
from django.urls import reverse


def site_address(audience: str) -> str:
    """The address a process is reached at; never taken from a request."""
    is_staff_side = audience == "backoffice"
    return settings.BACKOFFICE_URL if is_staff_side else settings.PORTAL_URL


def reset_link(audience: str, key: str) -> str:
    path = reverse("account_reset_password_from_key", args=["0", "key"])
    return site_address(audience) + path.replace("0-key", key)
