"""Going back to an earlier calendar, announcement, safety destination or rules."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction

from routing.models import Calendar, ScreeningRule, SharedVersion
from routing.services import every_number, history, library
from routing.services.compiling import compile_customer
from routing.services.turns import take_turn
from tenants.audit.record import record
from tenants.models import Member, Tenant
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.telephony import beginning, is_home, is_many_countries

Json = dict[str, Any]
Kind = SharedVersion.Kind


class ChangedSince(Exception):
    """Somebody saved another state since the person looked."""


class GoneSince(Exception):
    """What would come back names something the customer no longer has."""


class NoCaller(Exception):
    """A rule that would come back begins no number: it would refuse nobody."""


class TooManyCallers(Exception):
    """A rule that would come back is for all of Belgium or for many countries."""


@transaction.atomic
def restore(
    *, version: SharedVersion, newest: int, member: Member, now: dt.datetime
) -> None:
    """Save the content of ``version`` again, as the next version.

    ``newest`` is the version the person saw on top: ``ChangedSince`` when it is
    another. ``GoneSince``, ``NoCaller``, ``TooManyCallers``, and whatever saving
    refuses.
    """
    tenant = member.tenant
    member = take_turn(member)
    mine = SharedVersion.objects.for_tenant(tenant)
    last = mine.filter(kind=version.kind, key=version.key).first()
    if last is None or last.sequence != newest:
        raise ChangedSince(version)
    RESTORE[version.kind](version, member, now)


def _calendar(version: SharedVersion, member: Member, now: dt.datetime) -> None:
    mine = Calendar.objects.for_tenant(member.tenant).filter(slug=version.key)
    calendar = mine.first()
    if calendar is None:
        raise GoneSince(version)
    library.save_calendar(
        calendar=calendar,
        revision=calendar.revision,
        member=member,
        now=now,
        **version.content,
    )


def _announcement(version: SharedVersion, member: Member, now: dt.datetime) -> None:
    if history.state_of(member.tenant, version.kind, version.key) is None:
        raise GoneSince(version)
    silent = dict.fromkeys(Tenant.Language.values, "")
    library.save_announcement(
        slug=version.key,
        name=version.content["name"],
        texts={**silent, **version.content["texts"]},
        member=member,
        now=now,
    )


def _safety(version: SharedVersion, member: Member, now: dt.datetime) -> None:
    every_number.set_safety_destination(member=member, now=now, **version.content)


def _callers(version: SharedVersion, member: Member, now: dt.datetime) -> None:
    """Put the rules back as they were, all of them or none."""
    tenant, wanted = member.tenant, history.rules_of(version)
    numbers = history.numbers_of(wanted, tenant, local_date(now))
    if any(rule["number"] and rule["number"] not in numbers for rule in wanted):
        raise GoneSince(version)
    _refuse_widths(version, [rule["prefix"] for rule in wanted if rule["prefix"]])
    history.keep_before(tenant, Kind.CALLERS)
    kept = set()
    for rule in wanted:
        row, is_new = ScreeningRule.objects.get_or_create(
            tenant=tenant,
            kind=rule["kind"],
            prefix=rule["prefix"],
            number=numbers.get(rule["number"]),
        )
        kept.add(row.pk)
        if is_new:
            record(actor=member, action="callers.rule_added", target=row, at=now)
    for row in ScreeningRule.objects.for_tenant(tenant).exclude(pk__in=kept):
        record(actor=member, action="callers.rule_removed", target=row, at=now)
        row.delete()
    history.keep(member, now, Kind.CALLERS)
    compile_customer(tenant, now=now)


def _refuse_widths(version: SharedVersion, prefixes: list[str]) -> None:
    """Raise for a rule that the form of rules would not take today."""
    for prefix in prefixes:
        start = beginning(prefix)
        if start is None:
            raise NoCaller(version)
        if is_home(start) or is_many_countries(start):
            raise TooManyCallers(version)


RESTORE: dict[str, Callable[[SharedVersion, Member, dt.datetime], None]] = {
    Kind.CALENDAR: _calendar,
    Kind.ANNOUNCEMENT: _announcement,
    Kind.SAFETY: _safety,
    Kind.CALLERS: _callers,
}
