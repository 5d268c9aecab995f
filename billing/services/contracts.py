"""Starting and ending contracts."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.db import transaction

from billing.selectors.customers import refuse_unlawful
from billing.selectors.readiness import require_complete
from billing.selectors.summary import is_outdated
from billing.services.notices import ENDING, GOES_ON, STARTED, tell_of_contract
from billing.services.summaries import is_agreed, newest
from billing.services.work import bill_later
from contracts.models import Contract
from numbers.selectors import ending_with, starting_with
from numbers.services.ending import sites_of_ending
from numbers.services.inventory import release_numbers_of
from numbers.services.stopping import resume_numbers_of
from tenants.audit.record import record
from tenants.models import User
from vms_portal.kernel.data.open_months import FIRST_MONTH, hold_off_close, require_open
from vms_portal.kernel.local_time import local_date


class NotAgreed(Exception):
    """The newest summary is not agreed: no activation and no charge before it."""


class Outdated(Exception):
    """Channels or prices changed since the agreement: it asks for a new one."""


class BeforeBilling(Exception):
    """No month before 2020 can be closed: the first day would wait for good."""


class NotEnding(Exception):
    """The contract has no last day, or its last day is over."""


class WrongState(Exception):
    """The contract is not in a state from which this is possible."""


@transaction.atomic
def activate(
    *, contract: Contract, activated_on: dt.date, actor: User, now: dt.datetime
) -> Contract:
    """Start the service of an agreed contract; the first day is ``activated_on``.

    ``NotAgreed``, ``Outdated``, ``WrongState``; ``MonthClosed`` for a day of a closed
    month; ``UnlawfulDocument`` when the customer could not be invoiced for it;
    ``BeforeBilling``; ``Incomplete`` without numbers, a price, or anybody to tell.
    """
    require_open(begins=activated_on)
    if activated_on < FIRST_MONTH:
        raise BeforeBilling
    current = Contract.objects.select_for_update().get(pk=contract.pk)
    _require_ready(current, local_date(now))
    current.state, current.activated_on = Contract.State.ACTIVE, activated_on
    current.save(update_fields=["state", "activated_on"])
    put_off = bill_later(contract=current)
    record(
        actor=actor,
        action="contract.activated",
        target=current,
        at=now,
        detail={"from": activated_on, **put_off},
    )
    starting = asdict(starting_with(current, activated_on))
    tell_of_contract(STARTED, current, activated_on, now, starting=starting)
    return current


def _require_ready(contract: Contract, today: dt.date) -> None:
    """Raise what ``activate`` names unless the service can start."""
    if contract.state not in (Contract.State.SENT, Contract.State.AGREED):
        raise WrongState(contract)
    summary = newest(contract)
    if summary is None or not is_agreed(contract):
        raise NotAgreed(contract)
    require_complete(contract, today)
    refuse_unlawful(contract.tenant)
    if is_outdated(summary, today):
        raise Outdated(contract)


@transaction.atomic
def terminate(
    *, contract: Contract, last_day: dt.date, reason: str, actor: User, now: dt.datetime
) -> int:
    """End an active contract after ``last_day``, free of charge, and its numbers.

    Returns how many end with it: a number that has ended, or ends before, keeps its
    day. ``WrongState``; ``MonthClosed`` for a day before the last closed one;
    ``NumbersToCome`` when one of its numbers would begin after the end.
    """
    require_open(ends=last_day)
    current = Contract.objects.select_for_update().get(pk=contract.pk)
    started = current.activated_on
    if current.state != Contract.State.ACTIVE or started is None or last_day < started:
        raise WrongState(current)
    current.state, current.last_day = Contract.State.TERMINATED, last_day
    current.save(update_fields=["state", "last_day"])
    ending = list(ending_with(current, last_day).select_related("tenant"))
    count = release_numbers_of(contract=current, last_day=last_day, actor=actor)
    told = {"numbers": count, "reason": reason}
    if sites := sites_of_ending(ending, last_day, local_date(now)):
        told["sites"] = sites
    _tell(ENDING, "contract.terminated", current, last_day, actor, now, told)
    return count


def is_ending(contract: Contract, today: dt.date) -> bool:
    """Has it a last day that is not over? Then its end can be withdrawn."""
    last = contract.last_day
    is_ended = contract.state == Contract.State.TERMINATED
    return is_ended and last is not None and today <= last


@transaction.atomic
def withdraw_end(
    *, contract: Contract, reason: str, actor: User, now: dt.datetime
) -> int:
    """Let a contract go on that was to end; return how many numbers go on with it.

    Those are the numbers that end on its last day. ``NotEnding``; ``NumberTaken``
    when another customer has one from then on; ``MonthClosed``.
    """
    hold_off_close()
    current = Contract.objects.select_for_update().get(pk=contract.pk)
    last_day = current.last_day
    if last_day is None or not is_ending(current, local_date(now)):
        raise NotEnding(current)
    require_open(begins=last_day + dt.timedelta(days=1))
    current.state, current.last_day = Contract.State.ACTIVE, None
    current.save(update_fields=["state", "last_day"])
    count = resume_numbers_of(contract=current, last_day=last_day, actor=actor)
    told = {"numbers": count, "reason": reason}
    _tell(GOES_ON, "contract.end_withdrawn", current, last_day, actor, now, told)
    return count


def _tell(
    kind: str,
    action: str,
    contract: Contract,
    last_day: dt.date,
    actor: User,
    now: dt.datetime,
    told: dict[str, Any],
) -> None:
    """Record what becomes of the end of a contract, and write to its administrators."""
    detail = {"last_day": last_day, **told}
    record(actor=actor, action=action, target=contract, at=now, detail=detail)
    tell_of_contract(kind, contract, last_day, now, **told)
