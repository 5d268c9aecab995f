"""What holds for every number of a customer: the last resort, and who may call."""

import datetime as dt

from django.db import transaction

from numbers.models import GeographicNumber
from routing.decisions import facts_query
from routing.models import (
    RoutingSettings,
    ScreeningRule,
    SharedVersion,
)
from routing.services import history
from routing.services.compiling import compile_customer
from routing.services.destinations import (
    ForbiddenDestination,
    lock_routing,
    read_destination,
    remember,
)
from routing.services.shown_targets import refuse_hidden
from routing.services.turns import take_turn
from tenants.audit.record import record
from tenants.models import Member, Tenant
from vms_portal.kernel.local_time import local_date

Kind = SharedVersion.Kind


@transaction.atomic
def set_safety_destination(
    *, destination: str, member: Member, now: dt.datetime, expected: str = ""
) -> RoutingSettings:
    """Say where calls nobody took go at last; empty means nowhere.

    ``ForbiddenDestination`` also for a number of the customer: its own calls
    would come back to it. ``DailyCapReached``. ``SharedChanged`` when the present
    one has another fingerprint than ``expected``.
    """
    tenant = member.tenant
    member = take_turn(member)
    settings = lock_routing(tenant)
    history.refuse_changed(tenant, expected, Kind.SAFETY)
    target = _read_safety(destination, tenant, now) if destination else ""
    refuse_hidden([target], member, day=local_date(now))
    history.keep_before(tenant, Kind.SAFETY)
    before, settings.safety_destination = settings.safety_destination, target
    settings.save(update_fields=["safety_destination"])
    remember([target], member=member, now=now)
    record(
        actor=member,
        action="safety.changed",
        target=settings,
        at=now,
        detail={"before": before, "after": target},
    )
    history.keep(member, now, Kind.SAFETY)
    compile_customer(tenant, now=now)
    return settings


def _read_safety(written: str, tenant: Tenant, now: dt.datetime) -> str:
    """Return where calls may go at last. ``ForbiddenDestination``."""
    target = read_destination(written, tenant=tenant)
    if _is_own(target, tenant, now):
        raise ForbiddenDestination(written, "own_number")
    if _has_ended(target, tenant, now):
        raise ForbiddenDestination(written, "ended_number")
    return target


def _is_own(target: str, tenant: Tenant, now: dt.datetime) -> bool:
    """Tell whether it is a number of the customer, now or on a later day."""
    mine = GeographicNumber.objects.for_tenant(tenant).filter(e164=target)
    is_own: bool = mine.exclude(released_on__lt=local_date(now)).exists()
    return is_own


def _has_ended(target: str, tenant: Tenant, now: dt.datetime) -> bool:
    """Tell whether it is a site whose line is a number that ended."""
    shared = facts_query.read(tenant, local_date(now))
    is_site = target.startswith("site:")
    return is_site and shared.sites[target.removeprefix("site:")] in shared.ended


@transaction.atomic
def add_caller_rule(
    *,
    kind: str,
    prefix: str,
    number: GeographicNumber | None,
    member: Member,
    now: dt.datetime,
) -> ScreeningRule:
    """Refuse callers, or let them past the opening hours; once is enough.

    ``prefix`` in E.164; empty means withheld. ``number`` None: every number.
    """
    member = take_turn(member)
    history.keep_before(member.tenant, Kind.CALLERS)
    rule, is_new = ScreeningRule.objects.get_or_create(
        tenant=member.tenant, kind=kind, prefix=prefix, number=number
    )
    if is_new:
        record(actor=member, action="callers.rule_added", target=rule, at=now)
        history.keep(member, now, Kind.CALLERS)
        compile_customer(member.tenant, now=now)
    return rule


@transaction.atomic
def remove_caller_rule(
    *, rule: ScreeningRule, member: Member, now: dt.datetime
) -> None:
    member = take_turn(member)
    history.keep_before(member.tenant, Kind.CALLERS)
    record(actor=member, action="callers.rule_removed", target=rule, at=now)
    rule.delete()
    history.keep(member, now, Kind.CALLERS)
    compile_customer(member.tenant, now=now)
