"""Lines of sites: where calls ring. One the customer never had is a new destination."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, QuerySet

from numbers.models import GeographicNumber, Line, Site
from numbers.services.ended_digits import DIGITS, RULES
from numbers.services.line_notices import tell_of_lines
from tenants.audit.record import Actor, record
from tenants.models import Tenant
from vms_portal.kernel.local_time import local_date


@dataclass(frozen=True, slots=True)
class LineChange:
    """The main line of a site, in E.164, is another; empty where there is none.

    Where it is the same, calls that name the site go there again, or skip it if it is
    not one that ``rings``. One that is not ``is_chosen`` came with an order of the
    site, and goes with it.
    """

    site: Site
    before: str
    after: str
    is_chosen: bool = True
    rings: bool = True


def main_line_of(site: Site) -> str:
    line = Line.objects.filter(site=site.pk, is_main=True).first()
    return line.e164 if line else ""


def new_lines(
    numbers: Iterable[str],
    tenant: Tenant,
    day: dt.date,
    *,
    ignoring: Iterable[Line] = (),
) -> set[str]:
    """Return what is no main line of the customer, but for the lines just added.

    Nobody was told of other lines. Nor is a number of theirs one: who may add it says
    whose it is. One that was theirs is new again after its last day, unless the line
    was told since.
    """
    asked = set(numbers)
    lines = Line.objects.for_tenant(tenant).filter(e164__in=asked, is_main=True)
    lines = lines.exclude(pk__in=[line.pk for line in ignoring])
    mine = GeographicNumber.objects.for_tenant(tenant).filter(e164__in=asked)
    own = set(mine.in_service_on(day).values_list("e164", flat=True))
    ended = mine.filter(released_on__lt=day).exclude(e164__in=own)
    last = dict(ended.values_list("e164").annotate(Max("released_on")).order_by())
    known = {
        line.e164
        for line in lines
        if line.e164 not in last
        or (line.told_at and local_date(line.told_at) > last[line.e164])
    }
    return asked - known


def of_others(numbers: Iterable[str], tenant: Tenant, day: dt.date) -> set[str]:
    """Return what is a number of another customer on a day, and so no line of theirs.

    The caller sees the rows of all customers.
    """
    elsewhere = GeographicNumber.objects.exclude(tenant=tenant).in_service_on(day)
    taken = elsewhere.filter(e164__in=set(numbers))
    return set(taken.values_list("e164", flat=True))


def last_days(
    numbers: Iterable[str],
    tenant: Tenant,
    day: dt.date,
    *,
    chosen: Mapping[int, str] | None = None,
) -> dict[str, dt.date]:
    """Return until when calls go to lines that are numbers of theirs which end.

    After its last day the digits may be somebody else's. It is answered as if the main
    lines ``chosen``, by the key of their sites, were so on ``day``.
    """
    mine = GeographicNumber.objects.for_tenant(tenant).filter(e164__in=set(numbers))
    ending: dict[dt.date, set[str]] = defaultdict(set)
    rows: QuerySet = mine.filter(released_on__gte=day)
    for e164, last in rows.values_list("e164", "released_on"):
        ending[last].add(e164)
    days: dict[str, dt.date] = {}
    for last, e164s in sorted(ending.items()):
        after, rule = last + dt.timedelta(days=1), RULES[DIGITS]
        skipped = rule(tenant, after, chosen=chosen, chosen_on=day)
        days = dict.fromkeys(e164s & skipped, last) | days
    return days


@transaction.atomic
def note_lines(
    *, changes: Sequence[LineChange], actor: Actor, now: dt.datetime, reason: str = ""
) -> None:
    """Record other main lines of one customer's sites, and tell the administrators.

    From now on the digits are chosen, also where they were the customer's once.
    """
    sites = [change.site for change in changes if change.is_chosen]
    Line.objects.filter(site__in=sites, is_main=True).update(told_at=now)
    why = {"reason": reason} if reason else {}
    for change in changes:
        is_same = change.before == change.after
        goes = {"ring_again": change.rings} if is_same else {}
        record(
            actor=actor,
            action="site.line_changed",
            target=change.site,
            at=now,
            detail={"before": change.before, "after": change.after, **goes, **why},
        )
    if not changes:
        return
    told = [(c.site.name, c.before, c.after, c.rings) for c in changes]
    lines, tenant = {change.after for change in changes}, changes[0].site.tenant
    until = last_days(lines, tenant, local_date(now))
    tell_of_lines(changes[0].site, told, now, reason, until)
