"""Where calls may be sent: the policy, what is new, and who hears of it."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import F
from django.utils import timezone

from numbers.destinations.allowed import refusal
from numbers.destinations.kinds import SHORT_CODE, UNKNOWN
from numbers.models import DestinationPolicy, GeographicNumber, Line
from numbers.notation.misreading import wrong_length
from numbers.notation.reading import Misread, normalise
from routing.decisions.ended_digits import ended_digits
from routing.models import KnownDestination, RoutingSettings
from tenants.audit.record import record
from tenants.models import Member, Tenant
from vms_portal.kernel.local_time import local_date, midnight
from vms_portal.kernel.work.queue import enqueue_after_commit

DEFAULT_DAILY_CAP = 20
# Kinds of Belgian numbers that have too few or too many digits to be one.
NO_NUMBER = (SHORT_CODE, UNKNOWN)
# New destinations within a short while, then the customer waits: a stolen session
# cannot spend the day's cap before the mail about the first was read.
SHORT_CAP, SHORT_WHILE = 10, dt.timedelta(minutes=15)


class ForbiddenDestination(Exception):
    """The destination policy refuses it; ``kind`` says what it is."""

    def __init__(self, written: str, kind: str) -> None:
        super().__init__(written)
        self.written, self.kind = written, kind


class DailyCapReached(Exception):
    """An act brings more new external destinations than the customer may use now."""


class OverDailyCap(DailyCapReached):
    """The act names ``asked`` new ones; of ``cap`` a day, ``left`` are left today."""

    def __init__(self, *, cap: int, left: int, asked: int) -> None:
        super().__init__(cap, left, asked)
        self.cap, self.left, self.asked = cap, left, asked


class CoolingOff(DailyCapReached):
    """The customer used many new ones just now; ``until`` is when the next may come."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until)
        self.until = until


def read_destination(written: str, *, tenant: Tenant) -> str:
    """Return ``line``, ``site:<slug>`` or E.164 from what a person wrote.

    Raises ``ForbiddenDestination`` for anything the customer may not call.
    """
    text = written.strip()
    sites = Line.objects.for_tenant(tenant).filter(is_main=True)
    if text == "line":
        return text
    if text.startswith("site:"):
        if sites.filter(site__slug=text.removeprefix("site:")).exists():
            return text
        raise ForbiddenDestination(written, "unknown_site")
    e164 = normalise(text)
    if isinstance(e164, Misread):
        raise ForbiddenDestination(written, e164.code)
    policy = DestinationPolicy.objects.for_tenant(tenant).first()
    refused = refusal(
        e164,
        opt_in=policy.opt_in if policy else (),
        international=policy.international if policy else (),
        own=_own_numbers(tenant),
    )
    if refused is not None:
        no_number = wrong_length(e164) if refused in NO_NUMBER else None
        raise ForbiddenDestination(written, no_number or refused)
    return e164


def remember(
    destinations: Iterable[str],
    *,
    member: Member,
    now: dt.datetime,
    first_day: dt.date | None = None,
) -> list[str]:
    """Note external destinations used for the first time and tell every admin.

    Returns the new ones as of the ``first_day`` calls go there, today unless it is
    later. Raises ``OverDailyCap`` when there are too many in one Brussels day,
    ``CoolingOff`` when there are too many in a short while, ``ForbiddenDestination``
    for a new one of a dispatcher, who may use what is prepared. Runs in the caller's
    transaction, under the customer's routing lock, so two people cannot pass the cap
    together.
    """
    tenant = member.tenant
    destinations = list(destinations)
    day = max(local_date(now), first_day or local_date(now))
    if not new_among(destinations, tenant, day) and not only_lines(
        destinations, tenant, day
    ):
        return []
    lock_routing(tenant)
    new = new_among(destinations, tenant, day)
    lines = only_lines(destinations, tenant, day)
    waiting = _ending_before(day, {*new, *lines}, tenant, now)
    as_of = {e164: midnight(day) if e164 in waiting else now for e164 in {*new, *lines}}
    for e164 in lines:
        _note(e164, as_of[e164], member, now, announced_at=as_of[e164])
    if not new:
        return []
    if not member.may_edit:
        raise ForbiddenDestination(new[0], "not_prepared")
    _refuse_many(len(new), tenant, now)
    for e164 in new:
        row = _note(e164, as_of[e164], member, now)
        record(actor=member, action="destination.added", target=row, at=now)
    enqueue_after_commit("routing.tasks.announce_destinations", tenant.pk)
    return new


def _note(
    e164: str,
    used_at: dt.datetime,
    member: Member,
    now: dt.datetime,
    announced_at: dt.datetime | None = None,
) -> KnownDestination:
    """Note a destination; one that was theirs in between is new again.

    Of the days ahead a row stands for each stretch in which the digits are not theirs,
    as of the first day that calls go there. One of a later day ends no use of today.
    """
    rows = KnownDestination.objects.for_tenant(member.tenant).filter(e164=e164)
    if used_at > now:
        same = rows.filter(first_used_at__gt=used_at)
        if theirs_again := _theirs_after(local_date(used_at), e164, member.tenant):
            same = same.filter(first_used_at__lt=midnight(theirs_again))
    else:
        same = rows.filter(first_used_at__lte=now)
    row = same.order_by("-first_used_at").first() or KnownDestination(
        tenant=member.tenant, e164=e164
    )
    row.first_used_at, row.added_by = used_at, member.user
    row.announced_at = announced_at
    written = None if row.pk is None else ["first_used_at", "added_by", "announced_at"]
    row.save(update_fields=written)
    return row


def _theirs_after(day: dt.date, e164: str, tenant: Tenant) -> dt.date | None:
    """Return the first day after ``day`` on which the digits become their number."""
    mine = GeographicNumber.objects.for_tenant(tenant).filter(e164=e164)
    days = mine.filter(activated_on__gt=day).order_by("activated_on")
    first: dt.date | None = days.values_list("activated_on", flat=True).first()
    return first


def _ending_before(
    day: dt.date, new: Iterable[str], tenant: Tenant, now: dt.datetime
) -> set[str]:
    """Return those that were theirs and are not by then: they are used as of ``day``.

    Calls of before go to none of them: their digits may be another customer's.
    """
    mine = GeographicNumber.objects.for_tenant(tenant).filter(e164__in=new)
    if day == local_date(now):
        return set()
    return set(mine.filter(released_on__lt=day).values_list("e164", flat=True))


def _refuse_many(count: int, tenant: Tenant, now: dt.datetime) -> None:
    """Refuse ``count`` more new destinations over the cap of the day or the while.

    One act may bring as many as the day has left: a first plan may name ten. The
    next act waits.
    """
    policy = DestinationPolicy.objects.for_tenant(tenant).first()
    cap = policy.daily_cap if policy else DEFAULT_DAILY_CAP
    # One that is used as of a later day counts on that day. Who came after this act and
    # had the lock before it counts as well: its moment is later than ``now``.
    today = local_date(now)
    tomorrow = midnight(today + dt.timedelta(days=1))
    known = KnownDestination.objects.for_tenant(tenant).filter(
        first_used_at__lt=tomorrow
    )
    # Lines that were typed: the customer was told of them as lines.
    known = known.exclude(announced_at=F("first_used_at"))
    left = max(cap - known.filter(first_used_at__gte=midnight(today)).count(), 0)
    if count > left:
        raise OverDailyCap(cap=cap, left=left, asked=count)
    recent = known.filter(first_used_at__gt=now - SHORT_WHILE)
    moments = list(recent.order_by("-first_used_at").values_list("first_used_at"))
    if moments and len(moments) + count > SHORT_CAP:
        # The window has room again when the one that fills it is old enough.
        (filling,) = moments[max(SHORT_CAP - count, 0)]
        raise CoolingOff(filling + SHORT_WHILE)


def new_among(
    destinations: Iterable[str], tenant: Tenant, day: dt.date | None = None
) -> list[str]:
    """Return the external numbers and mailboxes that the customer never used.

    ``day`` is when calls go there: today unless it is given. A number of theirs is
    none in its service alone: before and after it is anybody's, and was not used as
    that if only before its last day. A line is known while it is the main line of a
    site, which its administrators were told of, unless a number of theirs with its
    digits ended since: a site with such a line is as new as they are.
    """
    destinations = list(destinations)
    external = {item for item in destinations if item[:1] == "+" or "@" in item}
    external |= _lines_of_sites(destinations, tenant)
    if not external:
        return []
    day = day or local_date(timezone.now())
    mine = GeographicNumber.objects.for_tenant(tenant).filter(e164__in=external)
    own = set(mine.in_service_on(day).values_list("e164", flat=True))
    lines = Line.objects.for_tenant(tenant).filter(is_main=True, e164__in=external)
    told = set(lines.values_list("e164", flat=True))
    known = _used(external, tenant, day) | told
    return sorted(external - own - (known and known - ended_digits(tenant, day)))


def only_lines(destinations: Iterable[str], tenant: Tenant, day: dt.date) -> set[str]:
    """Return the digits among them that are known as lines of sites alone.

    Who types them chooses them as who types others: a line may be given up, and
    their calls go on.
    """
    typed = {item for item in destinations if item[:1] == "+"}
    lines = Line.objects.for_tenant(tenant).filter(is_main=True, e164__in=typed)
    told = set(lines.values_list("e164", flat=True))
    if not told:
        return set()
    mine = GeographicNumber.objects.for_tenant(tenant).filter(e164__in=told)
    own = set(mine.in_service_on(day).values_list("e164", flat=True))
    no_lines = dict.fromkeys(lines.values_list("site", flat=True), "")
    used = _used(told, tenant, day) - ended_digits(tenant, day, chosen=no_lines)
    return told - own - used - set(new_among(told, tenant, day))


def _lines_of_sites(destinations: Iterable[str], tenant: Tenant) -> set[str]:
    """Return what the sites among ``destinations`` ring."""
    slugs = {i.removeprefix("site:") for i in destinations if i.startswith("site:")}
    if not slugs:
        return set()
    lines = Line.objects.for_tenant(tenant).filter(is_main=True, site__slug__in=slugs)
    return set(lines.values_list("e164", flat=True))


def _used(external: set[str], tenant: Tenant, day: dt.date) -> set[str]:
    """Return what was used as somebody else's number, or as a mailbox, by then."""
    rows = KnownDestination.objects.for_tenant(tenant).filter(e164__in=external)
    rows = rows.filter(first_used_at__lt=midnight(day + dt.timedelta(days=1)))
    return set(rows.values_list("e164", flat=True))


def _own_numbers(tenant: Tenant) -> set[str]:
    """The customer's numbers without a last day: after it they may be another's."""
    numbers = GeographicNumber.objects.for_tenant(tenant).filter(released_on=None)
    return set(numbers.values_list("e164", flat=True))


def lock_routing(tenant: Tenant) -> RoutingSettings:
    """Take turns with every other change of this customer's routing.

    The settings row is the one lock: loops across numbers and daily caps are
    checked under it.
    """
    RoutingSettings.objects.bulk_create(
        [RoutingSettings(tenant=tenant)], ignore_conflicts=True
    )
    return RoutingSettings.objects.select_for_update().get(tenant=tenant)
