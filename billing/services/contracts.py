"""Starting and ending contracts."""

import datetime as dt

from django.db import transaction

from billing.selectors.customers import refuse_unlawful
from billing.selectors.summary import is_outdated
from billing.services.summaries import is_agreed, newest
from billing.services.work import bill_later
from contracts.models import Contract
from numbers.services.inventory import release_numbers_of
from tenants import audit
from tenants.models import User
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.open_months import require_open


class NotAgreed(Exception):
    """The newest summary is not agreed: no activation and no charge before it."""


class Outdated(Exception):
    """Channels or prices changed since the agreement: it asks for a new one."""


class WrongState(Exception):
    """The contract is not in a state from which this is possible."""


@transaction.atomic
def activate(
    *, contract: Contract, activated_on: dt.date, actor: User, now: dt.datetime
) -> Contract:
    """Start the service of an agreed contract; the first day is ``activated_on``.

    ``NotAgreed``, ``Outdated``, ``WrongState``; ``MonthClosed`` for a day of a closed
    month; ``UnlawfulDocument`` when the customer could not be invoiced for it.
    """
    require_open(begins=activated_on)
    current = Contract.objects.select_for_update().get(pk=contract.pk)
    if current.state not in (Contract.State.SENT, Contract.State.AGREED):
        raise WrongState(current)
    summary = newest(current)
    if summary is None or not is_agreed(current):
        raise NotAgreed(current)
    refuse_unlawful(current.tenant)
    if is_outdated(summary, local_date(now)):
        raise Outdated(current)
    current.state, current.activated_on = Contract.State.ACTIVE, activated_on
    current.save(update_fields=["state", "activated_on"])
    put_off = bill_later(contract=current)
    audit.record(
        actor=actor, action="contract.activated", target=current, at=now,
        detail={"from": activated_on, **put_off},
    )  # fmt: skip
    return current


@transaction.atomic
def terminate(
    *, contract: Contract, last_day: dt.date, actor: User, now: dt.datetime
) -> Contract:
    """End an active contract after ``last_day``, free of charge, and its numbers.

    A number that has ended, or ends before, keeps its day. ``WrongState``;
    ``MonthClosed`` for a day before the last closed one; ``NumbersToCome`` when one of
    its numbers would begin after the end.
    """
    require_open(ends=last_day)
    current = Contract.objects.select_for_update().get(pk=contract.pk)
    started = current.activated_on
    if current.state != Contract.State.ACTIVE or started is None or last_day < started:
        raise WrongState(current)
    current.state, current.last_day = Contract.State.TERMINATED, last_day
    current.save(update_fields=["state", "last_day"])
    released = release_numbers_of(contract=current, last_day=last_day, actor=actor)
    audit.record(
        actor=actor, action="contract.terminated", target=current, at=now,
        detail={"last_day": last_day, "numbers": released},
    )  # fmt: skip
    return current
