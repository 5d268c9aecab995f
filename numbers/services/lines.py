"""Lines of sites: where calls ring. One the customer never had is a new destination."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from numbers.models import GeographicNumber, Line, Site
from numbers.services.notices import tell_of_lines
from tenants.audit.record import Actor, record
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class LineChange:
    """The main line of a site, in E.164, is another; empty where there is none."""

    site: Site
    before: str
    after: str


def main_line_of(site: Site) -> str:
    line = Line.objects.filter(site=site.pk, is_main=True).first()
    return line.e164 if line else ""


def new_lines(
    numbers: Iterable[str], tenant: Tenant, *, ignoring: Iterable[Line] = ()
) -> set[str]:
    """Return what is no main line of the customer, but for the lines just added.

    Nobody was told of other lines. Nor is a number of theirs one: who may add it says
    whose it is.
    """
    asked = set(numbers)
    lines = Line.objects.for_tenant(tenant).filter(e164__in=asked, is_main=True)
    lines = lines.exclude(pk__in=[line.pk for line in ignoring])
    return asked - set(lines.values_list("e164", flat=True))


def of_others(numbers: Iterable[str], tenant: Tenant, day: dt.date) -> set[str]:
    """Return what is a number of another customer on a day, and so no line of theirs.

    The caller sees the rows of all customers.
    """
    elsewhere = GeographicNumber.objects.exclude(tenant=tenant).in_service_on(day)
    taken = elsewhere.filter(e164__in=set(numbers))
    return set(taken.values_list("e164", flat=True))


@transaction.atomic
def note_lines(
    *, changes: Sequence[LineChange], actor: Actor, now: dt.datetime, reason: str = ""
) -> None:
    """Record other main lines of one customer's sites, and tell the administrators."""
    why = {"reason": reason} if reason else {}
    for change in changes:
        record(
            actor=actor,
            action="site.line_changed",
            target=change.site,
            at=now,
            detail={"before": change.before, "after": change.after, **why},
        )
    told = [(change.site.name, change.before, change.after) for change in changes]
    if changes:
        tell_of_lines(changes[0].site, told, now, reason)
