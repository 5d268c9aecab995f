"""What the routing pages read, starting from what the member may see."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from numbers.models import GeographicNumber, Line
from routing.diagram import steps_of
from routing.models import (
    KnownDestination,
    Override,
    PlanVersion,
    Redirection,
)
from routing.where_now import WhereNow, where_now_many
from routing.world import CustomerWorld
from tenants.models import Member
from vms_portal.kernel.local_time import local_date

SOON = dt.timedelta(minutes=30)
MOST_OFFERED = 12


@dataclass(frozen=True, slots=True)
class NotNormal:
    """A number whose calls do not go their usual way; ``ends_soon`` within 30 min."""

    number: GeographicNumber
    where: WhereNow
    override: Override | None
    redirection: Redirection | None
    ends_soon: bool


def visible_numbers(member: Member | None) -> QuerySet[GeographicNumber]:
    """Return the numbers a page works with, with what their chips need."""
    mine: QuerySet[GeographicNumber] = GeographicNumber.objects.visible_to(member)
    return mine.select_related("site", "tenant").prefetch_related("option_periods")


def in_service(member: Member | None, now: dt.datetime) -> QuerySet[GeographicNumber]:
    mine = GeographicNumber.objects.visible_to(member).in_service_on(local_date(now))
    found: QuerySet[GeographicNumber] = mine.select_related("site", "tenant")
    return found.prefetch_related("option_periods")


def not_normal(member: Member, now: dt.datetime) -> list[NotNormal]:
    """Return what is diverted, on stand-by or suspended; the next to end first."""
    customer = CustomerWorld(member.tenant, now)
    numbers = [n for n in in_service(member, now) if customer.is_touched(n)]
    answers = where_now_many(numbers, customer)
    found = [
        NotNormal(
            number=number,
            where=answers[number.pk],
            override=customer.override(number),
            redirection=_active(customer, number),
            ends_soon=_is_soon(answers[number.pk].until, now),
        )
        for number in numbers
        if not answers[number.pk].is_normal
    ]
    last = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(found, key=lambda row: (row.where.until or last, row.number.e164))


def _active(customer: CustomerWorld, number: GeographicNumber) -> Redirection | None:
    rows = customer.redirections(number).values()
    return next((row for row in rows if row.is_in_force(customer.now)), None)


def _is_soon(until: dt.datetime | None, now: dt.datetime) -> bool:
    return until is not None and until - now <= SOON


def versions_of(number: GeographicNumber, member: Member | None) -> QuerySet:
    mine = PlanVersion.objects.visible_to(member).filter(number=number)
    return mine.select_related("published_by", "changed_by", "created_by")


def offered_destinations(
    member: Member, numbers: Sequence[GeographicNumber], *, own_line: bool = True
) -> list[str]:
    """Return destinations to choose from, the most likely first.

    What is prepared on the numbers, what was used last, the customer's sites,
    then external numbers used before.
    """
    prepared = Redirection.objects.visible_to(member).filter(number__in=numbers)
    used = Override.objects.visible_to(member).order_by("-starts_at")
    last = used.filter(number__in=numbers)[:5]
    if len(numbers) > 1:
        last = used[:5]
    known = KnownDestination.objects.visible_to(member).order_by("-first_used_at")
    found: list[str] = [
        *prepared.order_by("kind").values_list("destination", flat=True)[:3],
        *last.values_list("destination", flat=True),
        *_site_destinations(member, numbers),
        *(["line"] if own_line else []),
        *known.values_list("e164", flat=True)[:MOST_OFFERED],
    ]
    own = {number.e164 for number in numbers}
    return [item for item in dict.fromkeys(found) if item not in own]


def shared_destinations(member: Member) -> list[str]:
    """Return destinations any number of the customer may be sent to."""
    known = KnownDestination.objects.visible_to(member).order_by("-first_used_at")
    external = known.values_list("e164", flat=True)[:MOST_OFFERED]
    return [*_site_destinations(member), *external]


def _site_destinations(
    member: Member, numbers: Sequence[GeographicNumber] = ()
) -> Iterable[str]:
    lines = Line.objects.visible_to(member).filter(is_main=True)
    own = {number.site.slug for number in numbers} if len(numbers) == 1 else set()
    slugs = lines.order_by("site__name").values_list("site__slug", flat=True)
    return [f"site:{slug}" for slug in slugs[:50] if slug not in own]


def last_destinations(
    member: Member, numbers: Sequence[GeographicNumber]
) -> dict[int, str]:
    """Return by number where its calls were sent the last time, one query."""
    used = Override.objects.visible_to(member).filter(number__in=numbers)
    newest = used.order_by("number", "-starts_at").distinct("number")
    return dict(newest.values_list("number", "destination"))


def library_uses(
    versions: QuerySet[PlanVersion], key: str
) -> dict[str, list[GeographicNumber]]:
    """Return by slug the numbers whose live plan or draft refers to it.

    ``key`` is the field of a step that holds the slug: calendar, announcement.
    """
    in_use = versions.exclude(state=PlanVersion.State.RETIRED)
    found: dict[str, dict[int, GeographicNumber]] = {}
    for version in in_use.select_related("number").order_by("number__e164"):
        for step in steps_of(version.document).values():
            slug = step.get(key)
            if isinstance(slug, str) and slug:
                found.setdefault(slug, {})[version.number_id] = version.number
    return {slug: list(numbers.values()) for slug, numbers in found.items()}
