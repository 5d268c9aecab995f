"""Reads of calls for pages, exports and the API. All start from a member."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet

from numbers.models import GeographicNumber, Site
from tenants.models import Member
from traffic.calls.privacy import may_see_callers
from traffic.calls.search import search_number
from traffic.models import CallRecord
from traffic.selectors.periods import Span
from vms_portal.kernel.local_time import midnight

COUNT_LIMIT = 10_000
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What calls to show; empty means all. ``number`` is E.164, ``site`` a slug."""

    span: Span
    number: str = ""
    site: str = ""
    outcome: str = ""
    treatment: str = ""
    start: str = ""

    @classmethod
    def from_form(cls, values: dict[str, Any]) -> "CallFilter":
        """Return the filter of a valid form."""
        names = ("number", "site", "outcome", "treatment")
        chosen = {name: values.get(name) or "" for name in names}
        return cls(span=values["span"], start=values.get("q") or "", **chosen)


def calls_of(member: Member | None, wanted: CallFilter) -> QuerySet[CallRecord]:
    """Return the member's calls that fit, unordered."""
    calls: QuerySet[CallRecord] = CallRecord.objects.visible_to(member).filter(
        started_at__gte=wanted.span.start, started_at__lt=wanted.span.end
    )
    if wanted.number or wanted.site:
        numbers = GeographicNumber.objects.visible_to(member)
        if wanted.number:
            numbers = numbers.filter(e164=wanted.number)
        if wanted.site:
            numbers = numbers.filter(site__slug=wanted.site)
        calls = calls.filter(number__in=list(numbers.values_list("pk", flat=True)))
    if wanted.outcome:
        calls = calls.filter(outcome=wanted.outcome)
    if wanted.treatment:
        calls = calls.filter(treatment=wanted.treatment)
    if wanted.start:
        whole = may_see_callers(member)
        calls = search_number(calls, wanted.start, whole_callers=whole)
    return calls.order_by()


def count_up_to(calls: QuerySet[CallRecord], limit: int = COUNT_LIMIT) -> int:
    """Return how many there are, or ``limit + 1`` when there are more than that."""
    return calls.order_by()[: limit + 1].count()


def call_on(member: Member | None, day: dt.date, pk: int) -> CallRecord | None:
    """Return the call that began on a Brussels day, or None.

    The day leads to the one partition that can hold it.
    """
    calls = CallRecord.objects.visible_to(member).filter(
        started_at__gte=midnight(day), started_at__lt=midnight(day + DAY)
    )
    return calls.select_related("number__site").filter(pk=pk).first()


class Place(NamedTuple):
    """A number the member may see, with its site: for filters and tables."""

    pk: int
    e164: str
    label: str
    site_slug: str
    site_name: str


def places_of(member: Member | None) -> list[Place]:
    """Return the member's numbers in order, read once for all a page makes of them."""
    numbers = GeographicNumber.objects.visible_to(member).order_by("e164", "pk")
    columns = ("pk", "e164", "label", "site__slug", "site__name")
    return [Place._make(values) for values in numbers.values_list(*columns)]


def site_names(member: Member | None) -> dict[str, str]:
    """Return the names of the customer's sites by slug, as destinations name them."""
    return dict(Site.objects.visible_to(member).values_list("slug", "name"))
