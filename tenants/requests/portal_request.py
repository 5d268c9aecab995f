"""The request as portal views see it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from tenants.models import Member


class PortalRequest(HttpRequest):
    """A request after ``TenantMiddleware``: with its member, if there is one."""

    member: Member | None
    memberships: list[Member]
    # Those, and the ones that ended.
    known: list[Member]
    # Signed in, but without the second factor that the role needs.
    lacks_second_factor: bool
    htmx: HtmxDetails


def member_of(request: HttpRequest | Request) -> Member | None:
    """Return the acting member: set by the session, or by an API token."""
    return getattr(request, "member", None)


def acting(request: HttpRequest | Request) -> Member:
    """Return the acting member where there must be one; ``PermissionDenied``."""
    member = member_of(request)
    if member is None:
        raise PermissionDenied
    return member
