"""What every routing view does first."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy

from numbers.models import GeographicNumber
from routing.decisions.facts import CustomerRouting
from routing.models import PlanVersion
from routing.selectors import Uses, library_uses, visible_numbers
from routing.services.destinations import new_among
from tenants.requests.portal_request import acting
from tenants.sign_in.session_rules import confirm_person
from vms_portal.kernel.local_time import local_date

NOT_DIVERTED = gettext_lazy("Calls were not diverted.")
NOT_PUBLISHED = gettext_lazy("The plan was not published.")


def customer_of(
    request: HttpRequest,
    only: GeographicNumber | None = None,
    versions: Sequence[PlanVersion] | None = None,
) -> CustomerRouting:
    """Return what decides now for the customer acted for; ``only`` is all that matters.

    A view asks once and passes it on: it reads each row once, and as it was then.
    """
    member = acting(request)
    return CustomerRouting(
        member.tenant, timezone.now(), only=only, versions=versions, shown_to=member
    )


def uses_of(request: HttpRequest, kind: str, slug: str) -> Uses:
    """Return which of the member's numbers use a calendar or an announcement."""
    versions = PlanVersion.objects.visible_to(acting(request))
    uses = library_uses(versions, kind, local_date(timezone.now()))
    return uses.get(slug, Uses())


def find_number(request: HttpRequest, pk: int) -> GeographicNumber:
    """Return a number the member may see; 404 for every other."""
    return get_object_or_404(visible_numbers(acting(request)), pk=pk)


def read_again(
    request: HttpRequest, numbers: Sequence[GeographicNumber]
) -> list[GeographicNumber]:
    """Return numbers as they are after an act, which may have waited for its turn."""
    mine = visible_numbers(acting(request))
    found = mine.in_bulk([number.pk for number in numbers])
    return [found.get(number.pk, number) for number in numbers]


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
