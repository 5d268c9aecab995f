"""Numbers come, go, rest and are named."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Q
from psycopg2.errors import ExclusionViolation
from simple_history.utils import bulk_update_with_history

from contracts.models import Contract
from numbers.destinations.policy import GEOGRAPHIC, classify
from numbers.models import GeographicNumber, OptionPeriod, Site
from numbers.selectors import ending_with
from numbers.services.shown_numbers import still_shown
from tenants.audit.record import Act, Actor, record, record_each
from tenants.models import Member
from vms_portal.kernel.data.open_months import FIRST_MONTH, require_open
from vms_portal.kernel.text import clean_text
from vms_portal.kernel.work.queue import enqueue_after_commit

COMPILE = "routing.tasks.compile_plans"
# Rows of one UPDATE, which looks for each among all of them.
BATCH = 1_000


class NotGeographic(Exception):
    """The number is no Belgian geographic number in E.164."""


class OutsideContract(Exception):
    """The contract begins after the number, or ends before it."""


class NumberTaken(Exception):
    """The number is in service in this period, here or elsewhere."""


class AlreadyReleased(Exception):
    """The number has a last day already."""


class BeforeFirstDay(Exception):
    """The last day lies before the number's first."""


class NumbersToCome(Exception):
    """These numbers of the contract begin after its end, the first of them first."""

    def __init__(self, numbers: list[GeographicNumber]) -> None:
        super().__init__(numbers)
        self.numbers = numbers


class AlreadySuspended(Exception):
    """Somebody suspended the number before this request reached it."""


class NotSuspended(Exception):
    """The number is not suspended, or somebody resumed it first."""


def is_outside(contract: Contract, activated_on: dt.date) -> bool:
    """Would a number from that day on be in service without the contract?"""
    first, last = contract.activated_on or FIRST_MONTH, contract.last_day
    is_before = activated_on < max(first, FIRST_MONTH)
    return is_before or bool(last and activated_on > last)


def overlapping(e164: str, activated_on: dt.date) -> bool:
    """Is the number in service, here or elsewhere, on that day or later?

    As far as the caller's rows reach; the database decides in the end.
    """
    same = GeographicNumber.objects.filter(e164=e164)
    later = Q(released_on=None) | Q(released_on__gte=activated_on)
    return same.filter(later).exists()


@transaction.atomic
def add_number(
    *,
    contract: Contract,
    site: Site,
    e164: str,
    option: str,
    activated_on: dt.date,
    actor: Actor,
    label: str = "",
) -> GeographicNumber:
    """Put a number in service from ``activated_on`` with one option.

    It ends with its contract. ``NotGeographic``; ``MonthClosed``; ``OutsideContract``;
    ``NumberTaken`` also for the slower of two who add it at once.
    """
    require_open(begins=activated_on)
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    if is_outside(contract, activated_on):
        raise OutsideContract(contract)
    if classify(e164) != GEOGRAPHIC:
        raise NotGeographic(e164)
    number = GeographicNumber(
        tenant=contract.tenant,
        contract=contract,
        site=site,
        e164=e164,
        label=clean_text(label)[:80],
        activated_on=activated_on,
        released_on=contract.last_day,
    )
    _save_free(number)
    _give_option(number, option)
    detail = {"option": option, "from": activated_on, "site": site.slug}
    record(actor=actor, action="number.added", target=number, detail=detail)
    enqueue_after_commit(COMPILE, number.tenant_id)
    return number


def _save_free(number: GeographicNumber) -> None:
    """Store a new number that nobody has. ``NumberTaken``."""
    try:
        with transaction.atomic():
            number.save()
    except IntegrityError as error:
        if isinstance(error.__cause__, ExclusionViolation):
            raise NumberTaken(number.e164) from error
        raise


def _give_option(number: GeographicNumber, option: str) -> None:
    """Give a new number the option it has as long as it is in service."""
    OptionPeriod.objects.create(
        tenant=number.tenant,
        number=number,
        option=option,
        starts_on=number.activated_on,
        ends_on=number.released_on,
    )


@transaction.atomic
def release_number(
    *, number: GeographicNumber, last_day: dt.date, actor: Actor, reason: str = ""
) -> GeographicNumber:
    """End the service of a number after ``last_day``; its options end with it.

    ``AlreadyReleased`` when it has a last day, ``BeforeFirstDay``, ``MonthClosed``.
    """
    require_open(ends=last_day)
    current = _lock(number)
    if current.released_on is not None:
        raise AlreadyReleased(current)
    if last_day < current.activated_on:
        raise BeforeFirstDay(current)
    current.own_last_day = last_day
    _end([current], last_day, actor, reason)
    enqueue_after_commit(COMPILE, current.tenant_id)
    return current


def _end(
    numbers: list[GeographicNumber], last_day: dt.date, actor: Actor, reason: str = ""
) -> None:
    """End numbers that are locked, in as many statements as one."""
    periods = OptionPeriod.objects.filter(number__in=numbers)
    periods.filter(starts_on__gt=last_day).delete()
    later = periods.filter(Q(ends_on=None) | Q(ends_on__gt=last_day))
    later.update(ends_on=last_day)
    for number in numbers:
        number.released_on = last_day
    store_last_days(numbers)
    detail = {"last_day": last_day} | _why(reason)
    acts = [Act(number, detail, number.tenant) for number in numbers]
    record_each(acts, actor=actor, action="number.released")


def store_last_days(numbers: list[GeographicNumber]) -> None:
    """Store the last days of numbers, and a version of each."""
    days = ["released_on", "own_last_day"]
    bulk_update_with_history(numbers, GeographicNumber, days, BATCH)


@transaction.atomic
def release_numbers_of(*, contract: Contract, last_day: dt.date, actor: Actor) -> int:
    """End the numbers of a contract with it; return how many had no earlier end.

    ``NumbersToCome`` when one begins after that day: it would belong to nothing.
    """
    later = ending_with(contract, last_day).select_related("tenant").order_by("pk")
    numbers = list(later.select_for_update(of=("self",)))
    to_come = [number for number in numbers if number.activated_on > last_day]
    if to_come:
        raise NumbersToCome(sorted(to_come, key=lambda number: number.activated_on))
    if numbers:
        _end(numbers, last_day, actor)
        enqueue_after_commit(COMPILE, contract.tenant_id)
    return len(numbers)


@transaction.atomic
def suspend_number(
    *, number: GeographicNumber, actor: Actor, now: dt.datetime, reason: str = ""
) -> GeographicNumber:
    """Stop connecting the calls of a number. ``AlreadySuspended``."""
    current = _lock(number)
    if current.suspended_at is not None:
        raise AlreadySuspended(current)
    return _set_suspended(current, now, actor, now, reason)


@transaction.atomic
def resume_number(
    *, number: GeographicNumber, actor: Actor, now: dt.datetime, reason: str = ""
) -> GeographicNumber:
    """Connect the calls of a number again. ``NotSuspended``."""
    current = _lock(number)
    if current.suspended_at is None:
        raise NotSuspended(current)
    return _set_suspended(current, None, actor, now, reason)


def _set_suspended(
    number: GeographicNumber,
    suspended_at: dt.datetime | None,
    actor: Actor,
    now: dt.datetime,
    reason: str,
) -> GeographicNumber:
    number.suspended_at = suspended_at
    number.save(update_fields=["suspended_at"])
    action = "number.suspended" if suspended_at else "number.resumed"
    detail = _why(reason)
    record(actor=actor, action=action, target=number, at=now, detail=detail)
    enqueue_after_commit(COMPILE, number.tenant_id)
    return number


def _why(reason: str) -> dict[str, str]:
    return {"reason": clean_text(reason)[:200]} if reason else {}


@transaction.atomic
def update_label(
    *, number: GeographicNumber, label: str, member: Member
) -> GeographicNumber:
    """Name a number for the people who look for it; the last to write wins."""
    current = _lock(number)
    member = still_shown(member, [number])
    before, current.label = current.label, clean_text(label)[:80]
    if before != current.label:
        current.save(update_fields=["label"])
        record(
            actor=member,
            action="number.labelled",
            target=current,
            detail={"before": before, "after": current.label},
        )
    return current


def _lock(number: GeographicNumber) -> GeographicNumber:
    return GeographicNumber.objects.select_for_update().get(pk=number.pk)
