"""Changing the service option of a number: one at a time, without a gap."""

import datetime as dt

from django.db import transaction

from numbers.models import GeographicNumber, OptionPeriod
from tenants.audit.record import Actor, record
from vms_portal.kernel.data.open_months import require_open
from vms_portal.kernel.work.queue import enqueue_after_commit

COMPILE = "routing.tasks.compile_plans"
DAY = dt.timedelta(days=1)


class NotInTheFuture(Exception):
    """An option changes at the start of a day to come, never for the past."""


class SameOption(Exception):
    """The number already has this option on that day."""


class NotInService(Exception):
    """The number is not in service on that day."""


@transaction.atomic
def change_option(
    *,
    number: GeographicNumber,
    option: str,
    from_day: dt.date,
    today: dt.date,
    actor: Actor,
) -> OptionPeriod:
    """Give the number another option from the start of ``from_day`` on.

    What was planned for that day or later is replaced. The number keeps exactly one
    option on every day of its service. ``NotInTheFuture``, ``NotInService``,
    ``SameOption``, ``MonthClosed``; two who change one number take turns.
    """
    require_open(begins=from_day)
    current = GeographicNumber.objects.select_for_update().get(pk=number.pk)
    if from_day <= today:
        raise NotInTheFuture(from_day)
    last = current.released_on
    if from_day < current.activated_on or (last is not None and from_day > last):
        raise NotInService(from_day)
    before = current.option_on(from_day - DAY)
    if before == option and current.option_on(from_day) == option:
        raise SameOption(option)
    period = _have_from(current, option, from_day)
    record(
        actor=actor,
        action="number.option_changed",
        target=current,
        detail={"before": before, "after": option, "from": from_day},
    )
    enqueue_after_commit(COMPILE, current.tenant_id)
    return period


def _have_from(number: GeographicNumber, option: str, day: dt.date) -> OptionPeriod:
    """Give a number an option from a day to its end, in place of what was planned.

    A period of the same option goes on; of another it ends the day before.
    """
    number.option_periods.filter(starts_on__gte=day).delete()
    last = number.released_on
    period: OptionPeriod | None = number.option_periods.order_by("-starts_on").first()
    if period is not None:
        goes_on = period.option == option
        period.ends_on = last if goes_on else day - DAY
        period.save(update_fields=["ends_on"])
        if goes_on:
            return period
    return OptionPeriod.objects.create(
        tenant=number.tenant,
        number=number,
        option=option,
        starts_on=day,
        ends_on=last,
    )
