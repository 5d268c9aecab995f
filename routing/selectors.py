"""What the routing pages read, starting from what the member may see."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from django.db.models import QuerySet

from numbers.models import GeographicNumber, ServiceOption, Site
from routing.decisions.customer_rows import LAST
from routing.decisions.facts import CustomerRouting
from routing.decisions.shown_targets import hidden_among
from routing.decisions.where_now import WhereNow, where_now
from routing.models import Calendar, CompiledPlan, Override, PlanVersion, Redirection
from routing.plan.draft import Draft
from tenants.models import Member
from vms_portal.kernel.local_time import local_date

SOON = dt.timedelta(minutes=30)
MOST_PREPARED, MOST_SITES = 3, 50
# In charge of a number where nobody changed anything.
USUAL = ("document", "line")
CONTINUITY = ServiceOption.VOICE_CONTINUITY


@dataclass(frozen=True, slots=True)
class NotNormal:
    """A number whose calls do not go their usual way; ``ends_soon`` within 30 min."""

    number: GeographicNumber
    where: WhereNow
    override: Override | None
    redirection: Redirection | None
    ends_soon: bool


@dataclass(slots=True)
class Uses:
    """The numbers whose live plan refers to something, or whose draft alone does."""

    live: list[GeographicNumber] = field(default_factory=list)
    drafts: list[GeographicNumber] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.live or self.drafts)

    def add(self, version: PlanVersion) -> None:
        """Count a version; of one number the live one comes before the draft."""
        if version.state == PlanVersion.State.LIVE:
            self.live.append(version.number)
        elif version.number not in self.live[-1:]:
            self.drafts.append(version.number)


def visible_numbers(member: Member | None) -> QuerySet[GeographicNumber]:
    """Return the numbers a page works with, with what their chips need."""
    mine: QuerySet[GeographicNumber] = GeographicNumber.objects.visible_to(member)
    related = mine.select_related("site", "tenant", "contract")
    return related.prefetch_related("option_periods")


def author_of(override: Override) -> Member | None:
    """Return who made the diversion, if they still work here and see its number."""
    members = Member.objects.for_tenant(override.tenant).filter(
        user=override.created_by_id, is_active=True, user__is_active=True
    )
    author: Member | None = members.select_related("user").first()
    shown = GeographicNumber.objects.visible_to(author)
    return author if shown.filter(pk=override.number_id).exists() else None


def in_service(member: Member | None, now: dt.datetime) -> QuerySet[GeographicNumber]:
    mine = GeographicNumber.objects.visible_to(member).in_service_on(local_date(now))
    numbers: QuerySet[GeographicNumber] = mine.select_related("site", "tenant")
    return numbers.prefetch_related("option_periods")


def not_normal(member: Member, customer: CustomerRouting) -> list[NotNormal]:
    """Return what is diverted, on stand-by or suspended; the next to end first."""
    rows = [
        _row(number, customer)
        for number in in_service(member, customer.now)
        if customer.in_charge(number) not in USUAL
    ]
    last = dt.datetime.max.replace(tzinfo=dt.UTC)
    shown = [row for row in rows if not row.where.is_normal]
    return sorted(shown, key=lambda row: (row.where.until or last, row.number.e164))


def _row(number: GeographicNumber, customer: CustomerRouting) -> NotNormal:
    where = where_now(number, customer)
    is_diverted = customer.in_charge(number) == "override"
    standing = [] if is_diverted else customer.standing(number)
    return NotNormal(
        number=number,
        where=where,
        override=customer.override(number) if is_diverted else None,
        redirection=next(iter(standing), None),
        ends_soon=_is_soon(where.until, customer.now),
    )


def with_left_out(member: Member) -> list[CompiledPlan]:
    """Return the first plans that name destinations nobody may call (any more)."""
    numbers = GeographicNumber.objects.visible_to(member)
    left_out = CompiledPlan.objects.for_tenant(member.tenant).exclude(left_out={})
    plans = left_out.filter(number__in=numbers).select_related("number")
    return list(plans.defer("body").order_by("number__e164")[:MOST_SITES])


def _is_soon(until: dt.datetime | None, now: dt.datetime) -> bool:
    return until is not None and until - now <= SOON


def versions_of(number: GeographicNumber, member: Member | None) -> QuerySet:
    """Return the versions with who wrote and published them, the newest first."""
    mine = PlanVersion.objects.visible_to(member).filter(number=number)
    # Of one number; and a join of people is dear, for the policy on them.
    return mine.order_by("-sequence").select_related("published_by", "changed_by")


def offered_destinations(
    member: Member,
    numbers: Sequence[GeographicNumber],
    customer: CustomerRouting,
) -> list[str]:
    """Return destinations to choose from, the most likely first.

    What is prepared on the numbers, what was used last, the customer's sites,
    then external numbers used before; none that would be refused on the first day
    that calls go there.
    """
    if customer.only is None:
        recent = _prepared_and_used(member, numbers)
    else:
        prepared = sorted(customer.redirections(numbers[0]).items())
        recent = [row.destination for _kind, row in prepared[:MOST_PREPARED]]
        recent += customer.last_destinations()
    destinations: list[str] = [
        *recent,
        *_site_destinations(member, customer, numbers),
        "line",
        *customer.shared.known,
    ]
    own = {number.e164 for number in numbers}
    if numbers:
        first = min(numbers, key=attrgetter("activated_on"))
        customer = customer.as_of_service(first)
    day = local_date(customer.now)
    own.update(hidden_among(destinations, member, numbers, day))
    return [
        destination
        for destination in dict.fromkeys(destinations)
        if destination not in own and customer.may_send_to(destination)
    ]


def _prepared_and_used(
    member: Member, numbers: Sequence[GeographicNumber]
) -> list[str]:
    prepared = Redirection.objects.visible_to(member).filter(number__in=numbers)
    used = Override.objects.visible_to(member).order_by("-starts_at")
    last = used if len(numbers) > 1 else used.filter(number__in=numbers)
    kinds = prepared.order_by("kind").values_list("destination", flat=True)
    return [
        *kinds[:MOST_PREPARED],
        *last.values_list("destination", flat=True)[:LAST],
    ]


def shared_destinations(member: Member, customer: CustomerRouting) -> list[str]:
    """Return destinations any number of the customer may be sent to."""
    known = filter(customer.may_send_to, customer.shared.known)
    return [*_site_destinations(member, customer), *known]


def _site_destinations(
    member: Member,
    customer: CustomerRouting,
    numbers: Sequence[GeographicNumber] = (),
) -> list[str]:
    """The sites the member sees that have a line; no other is named to them."""
    slugs = list(customer.shared.sites)
    if not member.sees_all_numbers:
        mine = Site.objects.visible_to(member)
        seen = set(mine.values_list("slug", flat=True))
        slugs = [slug for slug in slugs if slug in seen]
    own = {number.site.slug for number in numbers} if len(numbers) == 1 else set()
    return [f"site:{slug}" for slug in slugs[:MOST_SITES] if slug not in own]


def last_destinations(
    member: Member, numbers: Sequence[GeographicNumber]
) -> dict[int, str]:
    """Return by number where its calls were sent the last time, one query."""
    used = Override.objects.visible_to(member).filter(number__in=numbers)
    newest = used.order_by("number", "-starts_at").distinct("number")
    return dict(newest.values_list("number", "destination"))


def library_uses(
    versions: QuerySet[PlanVersion], part: str, today: dt.date
) -> dict[str, Uses]:
    """Return by slug which numbers refer to it; those that ended are none.

    ``part`` is the part of the library: calendar, announcement.
    """
    in_use = versions.exclude(state=PlanVersion.State.RETIRED)
    in_use = in_use.exclude(number__released_on__lt=today)
    related = in_use.select_related("number__site")
    rows = related.prefetch_related("number__option_periods")
    uses: dict[str, Uses] = defaultdict(Uses)
    # A number has its live version before its draft.
    for version in rows.order_by("number__e164", "number", "sequence"):
        for slug in Draft.read(version.document).references(part):
            uses[slug].add(version)
    return dict(uses)


def set_by_hand(
    member: Member, customer: CustomerRouting
) -> list[tuple[Calendar, int]]:
    """Return calendars that are open or closed until somebody changes it.

    With how many numbers in service that the member sees have a plan that asks it;
    none without one. A plan that waits for the end of a diversion is one.
    """
    calendars = Calendar.objects.visible_to(member).filter(
        definition__mode__in=["force_open", "force_closed"]
    )
    switched = list(calendars.order_by("name"))
    if not switched:
        return []
    today = local_date(customer.now)
    live = PlanVersion.objects.visible_to(member).filter(state=PlanVersion.State.LIVE)
    uses = library_uses(live, "calendar", today)
    counted = []
    for calendar in switched:
        asking = uses.get(calendar.slug, Uses()).live
        served = [n for n in asking if n.is_in_service_on(today)]
        planned = [n for n in served if customer.option(n) != CONTINUITY]
        counted.append((calendar, len(planned)))
    return [(calendar, numbers) for calendar, numbers in counted if numbers]
