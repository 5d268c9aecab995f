"""What every routing view does first."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy

from numbers.models import GeographicNumber
from routing.decisions.facts import CustomerWorld
from routing.selectors import visible_numbers
from routing.services.destinations import new_among
from tenants.models import Member
from tenants.requests.portal_request import member_of
from tenants.sign_in.session_rules import confirm_person
from vms_portal.kernel.local_time import local_date

NOT_DIVERTED = gettext_lazy("Calls were not diverted.")
NOT_PUBLISHED = gettext_lazy("The plan was not published.")
UNPROCESSABLE, CONFLICT = 422, 409


def acting(request: HttpRequest) -> Member:
    """Return the member behind a request that a permission decorator let in."""
    member = member_of(request)
    if member is None:
        raise PermissionDenied
    return member


def acting_for_all(request: HttpRequest) -> Member:
    """Return the member if what they change may concern every number.

    A member whose rights are narrowed to some numbers may not: 403.
    """
    member = acting(request)
    if not member.sees_all_numbers:
        raise PermissionDenied
    return member


def customer_of(request: HttpRequest) -> CustomerWorld:
    """Return what decides now for the numbers of the customer acted for."""
    return CustomerWorld(acting(request).tenant, timezone.now())


def find_number(request: HttpRequest, pk: int) -> GeographicNumber:
    """Return a number the member may see; 404 for every other."""
    return get_object_or_404(visible_numbers(acting(request)), pk=pk)


def confirm_new(
    request: HttpRequest,
    destinations: Iterable[str],
    first_day: dt.date | None = None,
) -> None:
    """Ask to sign in again before calls go to an external number never used.

    ``first_day`` is when they go there, if that is later than today.

    allauth keeps the form that was sent, asks, and then sends it once more. Who
    may not use a new one is not asked: the service refuses it.
    """
    member = acting(request)
    today = local_date(timezone.now())
    day = max(today, first_day or today)
    if member.may_edit and new_among(destinations, member.tenant, day):
        confirm_person(request)
