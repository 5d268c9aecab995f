"""Diverting numbers for a while, and the Voice Continuity switch."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from numbers.models import GeographicNumber
from routing import decisions
from routing.decisions import judging
from routing.decisions.facts import CustomerRouting
from routing.engine import Problem
from routing.models import Override, Redirection
from routing.services.compiling import compile_customer
from routing.services.destinations import read_destination, remember
from routing.services.shown_targets import refuse_hidden
from routing.services.turns import refuse_out_of_service, take_turn
from tenants.audit.record import record
from tenants.models import Member
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.work.queue import enqueue_after_commit
from vms_portal.kernel.work.tasks import listed_alone

EXPIRY = "routing.services.forwarding.end_expired"
DEFAULT_DURATION = dt.timedelta(hours=4)
# Further away it is a slip of the pen, or meant to last until somebody stops it.
LONGEST = dt.timedelta(days=366)


class DivertRefused(Exception):
    """The diversion would make a loop or reach a suspended number."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


class NothingToEnd(Exception):
    """The override ended before this request reached it."""


class StillOn(Exception):
    """To prepare the redirection would switch it off: calls go there, or will."""


class WrongOption(Exception):
    """The number's service option has no such switch."""


@transaction.atomic
def divert(
    *,
    numbers: Sequence[GeographicNumber],
    destination: str,
    until: dt.datetime | None,
    member: Member,
    now: dt.datetime,
    reason: str = "",
) -> list[Override]:
    """Send every call of the numbers to ``destination`` until ``until``.

    ``until`` None means until somebody stops it. A diversion in force is
    replaced. All numbers or none: ``NotInService``, ``ForbiddenDestination``,
    ``DailyCapReached``, ``DivertRefused``. Two people diverting one number take
    turns; the later wins.
    """
    tenant = member.tenant
    member = take_turn(member, numbers)
    refuse_out_of_service(_lock_all(numbers), now)
    target = read_destination(destination, tenant=tenant)
    refuse_hidden([target], member, numbers, local_date(now))
    _end_open(numbers, member, now)
    made = [
        Override.objects.create(
            tenant=tenant,
            number=number,
            destination=target,
            starts_at=now,
            until=until,
            reason=reason[:200],
            created_by=member.user,
        )
        for number in numbers
    ]
    _refuse_problems(numbers, member, now, "/override")
    remember([target], member=member, now=now)
    for override in made:
        _record_divert(override, member, now)
    compile_customer(tenant, now=now)
    return made


def _record_divert(override: Override, member: Member, now: dt.datetime) -> None:
    until = override.until and override.until.isoformat()
    record(
        actor=member,
        action="number.diverted",
        target=override.number,
        at=now,
        detail={"destination": override.destination, "until": until},
    )


@transaction.atomic
def end_divert(
    *, number: GeographicNumber, member: Member, now: dt.datetime
) -> Override:
    """Stop the diversion of a number; ``NothingToEnd`` when there is none."""
    member = take_turn(member, [number])
    ended = _end_open([number], member, now)
    if not ended:
        raise NothingToEnd(number)
    record(actor=member, action="number.divert_ended", target=number, at=now)
    compile_customer(member.tenant, now=now)
    return ended[0]


@transaction.atomic
def set_redirection(
    *,
    number: GeographicNumber,
    kind: str,
    destination: str,
    member: Member,
    now: dt.datetime,
    is_on: bool = True,
    backup: str | None = "",
    after_s: int = 20,
    until: dt.datetime | None = None,
) -> Redirection:
    """Prepare or switch on one redirection of a Voice Continuity number.

    ``backup`` None keeps the one that is prepared, which calls take while they may.
    ``WrongOption`` for a number that has another option today, ``NotInService`` for
    one that ended, or is switched on before it begins. ``StillOn`` instead of
    preparing what is switched on.
    """
    tenant = member.tenant
    member = take_turn(member, [number])
    refuse_out_of_service(_lock_all([number]), now, ahead=not is_on)
    customer = CustomerRouting(tenant, now)
    if customer.option(number) != "VOICE_CONTINUITY":
        raise WrongOption(number)
    stood = customer.redirections(number).get(kind)
    if stood and not is_on and stood.stands(now):
        raise StillOn(number)
    target = read_destination(destination, tenant=tenant)
    customer = customer.as_of_service(number)
    spare, is_closed = _read_backup(backup, stood, customer)
    first_day = local_date(customer.now)
    refuse_hidden([target, spare], member, [number], first_day)
    redirection, _created = Redirection.objects.update_or_create(
        tenant=tenant,
        number=number,
        kind=kind,
        defaults={
            "destination": target,
            "backup": spare,
            "after_s": after_s,
            "is_on": is_on,
            "starts_at": now if is_on else None,
            "until": until,
        },
    )
    written = f"/continuity/{kind}"
    # A backup that is kept is left out where calls may not go to it.
    judged = f"{written}/destination" if backup is None else written
    _refuse_problems([number], member, now, judged)
    named = [target] if is_closed else [target, spare]
    remember(named, member=member, now=now, first_day=first_day)
    _record_switch("switched_on" if is_on else "prepared", redirection, member, now)
    return redirection


def _read_backup(
    written: str | None, prepared: Redirection | None, customer: CustomerRouting
) -> tuple[str, bool]:
    """Return the backup, and whether it is kept although calls may not go to it.

    ``written`` None keeps the one that is prepared.
    """
    if written is None:
        backup = prepared.backup if prepared else ""
        if backup and not customer.may_send_to(backup):
            return backup, True
    else:
        backup = written.strip()
    return (read_destination(backup, tenant=customer.tenant) if backup else ""), False


@transaction.atomic
def switch_off(
    *, number: GeographicNumber, kind: str, member: Member, now: dt.datetime
) -> Redirection:
    """Switch a redirection off and keep what is prepared; ``NothingToEnd``."""
    member = take_turn(member, [number])
    redirection = (
        Redirection.objects.select_for_update()
        .filter(number=number, kind=kind, is_on=True)
        .first()
    )
    if redirection is None or redirection.is_over_by(now):
        raise NothingToEnd(number)
    redirection.is_on, redirection.until = False, None
    redirection.save(update_fields=["is_on", "until"])
    _record_switch("switched_off", redirection, member, now)
    return redirection


def _record_switch(
    act: str, redirection: Redirection, member: Member, now: dt.datetime
) -> None:
    record(
        actor=member,
        action=f"continuity.{act}",
        target=redirection.number,
        at=now,
        detail={
            "kind": redirection.kind,
            "destination": redirection.destination,
            "until": redirection.until and redirection.until.isoformat(),
        },
    )
    compile_customer(redirection.tenant, now=now)


def _lock_all(numbers: Sequence[GeographicNumber]) -> list[GeographicNumber]:
    """Lock the numbers' rows in one fixed order; return them as they are by now."""
    pks = [number.pk for number in numbers]
    rows = GeographicNumber.objects.select_for_update().filter(pk__in=pks)
    return list(rows.order_by("pk"))


def _end_open(
    numbers: Sequence[GeographicNumber], member: Member, now: dt.datetime
) -> list[Override]:
    open_ones = Override.objects.select_for_update().filter(
        number__in=numbers, ended_at=None
    )
    ended = list(open_ones.order_by("pk"))
    for override in ended:
        if override.until is not None and override.until <= now:
            _record_expiry(override, now)
            continue
        override.ended_at, override.ended_by = now, member.user
        override.save(update_fields=["ended_at", "ended_by"])
    return [item for item in ended if item.ended_by_id is not None]


def _record_expiry(override: Override, now: dt.datetime) -> None:
    """End it at its own time; a sweeper tells its author if the task is lost."""
    override.ended_at, override.is_untold = override.until, True
    override.save(update_fields=["ended_at", "is_untold"])
    record(
        actor="expiry", action="number.divert_expired", target=override.number, at=now
    )
    enqueue_after_commit("routing.tasks.tell_expired", override.tenant_id, override.pk)


@transaction.atomic
def end_expired(*, now: dt.datetime) -> None:
    """Record overrides whose time is over, and have their authors told.

    The decision looks at ``until``, so calls were right before this ran.
    """
    due = Override.objects.filter(ended_at=None, until__lte=now)
    # Customer by customer, as everybody locks the ends of several audit chains.
    for tenant in sorted(set(due.values_list("tenant", flat=True))):
        with listed_alone(EXPIRY, f"tenants.Tenant {tenant}"), transaction.atomic():
            own = due.select_for_update(skip_locked=True, of=("self",))
            own = own.filter(tenant=tenant).select_related("number__tenant")
            for override in own.order_by("pk"):
                _record_expiry(override, now)


def _refuse_problems(
    numbers: Sequence[GeographicNumber], member: Member, now: dt.datetime, written: str
) -> None:
    """Validate the numbers with what was just ``written``, loops included."""
    customer = CustomerRouting(member.tenant, now)
    for number in numbers:
        problems = judging.problems(customer, number)
        if problems := decisions.written_in(problems, written):
            raise DivertRefused(problems)
