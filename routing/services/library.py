"""Calendars and announcements, which the plans of a customer share."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from routing.engine import Problem
from routing.engine.calendars import read_calendar
from routing.models import (
    Announcement,
    Calendar,
    PlanVersion,
    SharedVersion,
)
from routing.selectors import Uses, library_uses
from routing.services import history
from routing.services.compiling import compile_customer
from routing.services.turns import take_turn
from tenants.audit.record import record
from tenants.models import Member, Tenant
from vms_portal.kernel.local_time import local_date

Json = dict[str, Any]
LONGEST_SLUG = 60
Kind = SharedVersion.Kind


class CalendarChanged(Exception):
    """Somebody saved the calendar since it was read; ``calendar`` is the newer one."""

    def __init__(self, calendar: Calendar) -> None:
        super().__init__(calendar)
        self.calendar = calendar


class CalendarHasProblems(Exception):
    """The engine cannot read the calendar; ``problems`` say what to mend."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


class StillInUse(Exception):
    """Plans refer to it; ``uses`` says whose, live ones or drafts alone."""

    def __init__(self, uses: Uses) -> None:
        super().__init__(uses)
        self.uses = uses


class NameTaken(Exception):
    """Another calendar or announcement of the customer has this name."""


class NothingToSay(Exception):
    """An announcement without a text in any language."""


@transaction.atomic
def save_calendar(
    *,
    calendar: Calendar | None,
    name: str,
    definition: Json,
    member: Member,
    now: dt.datetime,
    revision: int = 0,
) -> Calendar:
    """Create a calendar, or change the one last read at ``revision``.

    The network follows at once. ``CalendarHasProblems``, ``CalendarChanged``,
    ``NameTaken``.
    """
    problems = read_calendar(definition, "")[1]
    if problems:
        raise CalendarHasProblems(problems)
    member = take_turn(member)
    _refuse_name(name, Calendar, member.tenant, calendar.slug if calendar else "")
    if calendar is not None:
        history.keep_before(member.tenant, Kind.CALENDAR, calendar.slug)
        saved = _rewrite(calendar, name, definition, revision)
    else:
        slug = _free_slug(name, Calendar, member.tenant)
        saved = Calendar.objects.create(
            tenant=member.tenant, slug=slug, name=name, definition=definition
        )
    record(
        actor=member,
        action="calendar.saved",
        target=saved,
        at=now,
        detail={"definition": definition},
    )
    history.keep(member, now, Kind.CALENDAR, saved.slug)
    compile_customer(member.tenant, now=now)
    return saved


def _rewrite(calendar: Calendar, name: str, definition: Json, read: int) -> Calendar:
    """Change a calendar that is as it was at revision ``read``. ``CalendarChanged``."""
    saved = Calendar.objects.select_for_update().get(pk=calendar.pk)
    if saved.revision != read:
        raise CalendarChanged(saved)
    saved.name, saved.definition, saved.revision = name, definition, read + 1
    saved.save(update_fields=["name", "definition", "revision"])
    return saved


@transaction.atomic
def delete_calendar(*, calendar: Calendar, member: Member, now: dt.datetime) -> None:
    """Delete a calendar no live plan or draft asks; else ``StillInUse``."""
    member = take_turn(member)
    _refuse_used("calendar", calendar.slug, member.tenant, now)
    record(actor=member, action="calendar.deleted", target=calendar, at=now)
    calendar.delete()


@transaction.atomic
def save_announcement(
    *,
    slug: str | None,
    name: str,
    texts: Mapping[str, str],
    member: Member,
    now: dt.datetime,
    expected: str = "",
) -> str:
    """Create or change an announcement; return its slug.

    ``texts`` holds a text by language; an empty one takes the language away.
    ``expected`` is the fingerprint of the one that was read. ``SharedChanged``,
    ``NameTaken``, ``NothingToSay`` when all are empty.
    """
    spoken = {language: text.strip() for language, text in texts.items()}
    if not any(spoken.values()):
        raise NothingToSay(name)
    tenant = member.tenant
    member = take_turn(member)
    history.refuse_changed(tenant, expected, Kind.ANNOUNCEMENT, slug or "")
    _refuse_name(name, Announcement, tenant, slug or "")
    history.keep_before(tenant, Kind.ANNOUNCEMENT, slug or "")
    slug = slug or _free_slug(name, Announcement, tenant)
    record(
        actor=member,
        action="announcement.saved",
        target=_write_spoken(tenant, slug, name, spoken),
        at=now,
        detail={"slug": slug, "texts": spoken},
    )
    history.keep(member, now, Kind.ANNOUNCEMENT, slug)
    compile_customer(tenant, now=now)
    return slug


def _write_spoken(
    tenant: Tenant, slug: str, name: str, spoken: Mapping[str, str]
) -> Announcement:
    """Store an announcement in the languages that have a text; return one of them."""
    mine = Announcement.objects.for_tenant(tenant).filter(slug=slug)
    texts = {language: text for language, text in spoken.items() if text}
    mine.filter(language__in=spoken.keys() - texts.keys()).delete()
    mine.update(name=name)
    rows = [
        Announcement.objects.update_or_create(
            tenant=tenant,
            slug=slug,
            language=language,
            defaults={"name": name, "text": text},
        )[0]
        for language, text in texts.items()
    ]
    return rows[-1]


@transaction.atomic
def delete_announcement(*, slug: str, member: Member, now: dt.datetime) -> None:
    """Delete an announcement no live plan or draft plays; else ``StillInUse``."""
    member = take_turn(member)
    _refuse_used("announcement", slug, member.tenant, now)
    mine = Announcement.objects.for_tenant(member.tenant).filter(slug=slug)
    for row in mine:
        record(actor=member, action="announcement.deleted", target=row, at=now)
    mine.delete()


def _refuse_used(key: str, slug: str, tenant: Tenant, now: dt.datetime) -> None:
    versions = PlanVersion.objects.for_tenant(tenant)
    if uses := library_uses(versions, key, local_date(now)).get(slug):
        raise StillInUse(uses)


def _refuse_name(
    name: str, model: type[Calendar] | type[Announcement], tenant: Tenant, slug: str
) -> None:
    """``NameTaken`` by another than ``slug``: a choice of two equals is none."""
    others = model.objects.for_tenant(tenant).exclude(slug=slug)
    if others.filter(name__iexact=name).exists():
        raise NameTaken(name)


def _free_slug(
    name: str, model: type[Calendar] | type[Announcement], tenant: Tenant
) -> str:
    base = slugify(name)[: LONGEST_SLUG - 4] or model._meta.model_name or "item"
    taken = set(
        model.objects.for_tenant(tenant)
        .filter(slug__startswith=base)
        .values_list("slug", flat=True)
    )
    kind = Kind.CALENDAR if model is Calendar else Kind.ANNOUNCEMENT
    taken |= history.slugs_kept(tenant, kind, base)
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
