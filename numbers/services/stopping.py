"""Stopping many numbers at once and bringing them back; their customer is told."""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery
from psycopg2.errors import ExclusionViolation

from contracts.models import Contract
from numbers.models import GeographicNumber, OptionPeriod
from numbers.services import inventory
from numbers.services.ending import sites_of_ending
from numbers.services.notices import ENDED, RESUMED, SUSPENDED, tell_of_numbers
from tenants.audit.record import Act, Actor, record_each
from tenants.models import User
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.text import clean_text
from vms_portal.kernel.work.queue import enqueue_after_commit


@transaction.atomic
def suspend_numbers(
    *, numbers: Iterable[GeographicNumber], reason: str, actor: User, now: dt.datetime
) -> list[GeographicNumber]:
    """Suspend those that are neither suspended nor ended, and return them."""
    stopped = _locked(numbers, local_date(now), are_suspended=False)
    done = [
        inventory.suspend_number(number=number, actor=actor, now=now, reason=reason)
        for number in stopped
    ]
    tell_of_numbers(SUSPENDED, stopped, now, reason=clean_text(reason))
    return done


@transaction.atomic
def resume_numbers(
    *, numbers: Iterable[GeographicNumber], reason: str, actor: User, now: dt.datetime
) -> list[GeographicNumber]:
    """Resume those that are suspended and have not ended, and return them."""
    resumed = _locked(numbers, local_date(now), are_suspended=True)
    done = [
        inventory.resume_number(number=number, actor=actor, now=now, reason=reason)
        for number in resumed
    ]
    tell_of_numbers(RESUMED, resumed, now)
    return done


@transaction.atomic
def end_number(
    *,
    number: GeographicNumber,
    last_day: dt.date,
    reason: str,
    actor: User,
    now: dt.datetime,
) -> GeographicNumber:
    """End one number after ``last_day``; raises as ``release_number`` does."""
    ended = inventory.release_number(
        number=number, last_day=last_day, actor=actor, reason=reason
    )
    sites = sites_of_ending([ended], last_day, local_date(now))
    tell_of_numbers(
        ENDED,
        [ended],
        now,
        day=last_day.isoformat(),
        reason=clean_text(reason),
        sites=sites,
    )
    return ended


@transaction.atomic
def resume_numbers_of(*, contract: Contract, last_day: dt.date, actor: Actor) -> int:
    """Let the numbers go on that ended with a contract on ``last_day``; how many.

    One that was to end later by itself does so then, and one that ended on that very
    day by itself stays ended. ``NumberTaken`` when another customer has one of them
    from then on.
    """
    own = GeographicNumber.objects.filter(contract=contract, released_on=last_day)
    rows = own.exclude(own_last_day=last_day).select_related("tenant").order_by("pk")
    numbers = list(rows.select_for_update(of=("self",)))
    for number in numbers:
        number.released_on = number.own_last_day
    try:
        with transaction.atomic():
            inventory.store_last_days(numbers)
            periods = OptionPeriod.objects.filter(number__in=numbers, ends_on=last_day)
            days = GeographicNumber.objects.filter(pk=OuterRef("number"))
            periods.update(ends_on=Subquery(days.values("released_on")))
    except IntegrityError as error:
        if isinstance(error.__cause__, ExclusionViolation):
            raise inventory.NumberTaken(contract) from error
        raise
    acts = [Act(number, {"last_day": last_day}, number.tenant) for number in numbers]
    record_each(acts, actor=actor, action="number.goes_on")
    if numbers:
        enqueue_after_commit(inventory.COMPILE, contract.tenant_id)
    return len(numbers)


def _locked(
    numbers: Iterable[GeographicNumber], today: dt.date, *, are_suspended: bool
) -> list[GeographicNumber]:
    """Lock the numbers, all of them before the audit trail, and keep those in a state.

    Who ends one of them meanwhile locks it before the trail as well. What has ended
    stays as it is: its digits may be another customer's.
    """
    rows = GeographicNumber.objects.filter(pk__in=[number.pk for number in numbers])
    rows = rows.select_related("contract", "tenant").order_by("pk")
    locked = rows.select_for_update(of=("self",))
    kept = [number for number in locked if not number.has_ended_by(today)]
    return [n for n in kept if (n.suspended_at is not None) == are_suspended]
