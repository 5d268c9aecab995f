"""Compiled plans: what the network serves, made in the transaction that decides."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable

from numbers.models import GeographicNumber
from routing import decisions
from routing.engine import NotAPlan
from routing.models import CompiledPlan
from routing.world import CustomerWorld
from tenants.models import Tenant
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.queue import enqueue_after_commit

HORIZON = dt.timedelta(days=400)


def compile_customer(tenant: Tenant, *, now: dt.datetime) -> list[CompiledPlan]:
    """Compile every number of the customer whose plan changed; queue the push.

    A number's plan holds those of the numbers it can send to, so a change of one
    may change several. Unchanged plans keep their row.
    """
    customer = CustomerWorld(tenant, now)
    before = {plan.number_id: plan for plan in CompiledPlan.objects.for_tenant(tenant)}
    changed = []
    for number in customer.numbers:
        plan = _compile(number, customer, before.get(number.pk))
        if plan is not None:
            changed.append(plan)
    for plan in changed:
        enqueue_after_commit("routing.tasks.push_plan", tenant.pk, plan.number_id)
    return changed


def _compile(
    number: GeographicNumber, customer: CustomerWorld, old: CompiledPlan | None
) -> CompiledPlan | None:
    now = customer.now
    try:
        body = decisions.compile_plan(customer.world(number), now)
    except NotAPlan:
        return None
    digest = plan_digest(body)
    if old is not None and old.digest == digest and now + HORIZON / 2 < old.horizon:
        return None
    plan, _created = CompiledPlan.objects.update_or_create(
        tenant=number.tenant,
        number=number,
        defaults={
            "body": body,
            "digest": digest,
            "compiled_at": now,
            "horizon": now + HORIZON,
        },
    )
    return plan


def compile_begun(*, now: dt.datetime) -> int:
    """Compile numbers whose service began since their customer's last change."""
    in_service = GeographicNumber.objects.in_service_on(local_date(now))
    begun = in_service.filter(compiled_plan=None).values("tenant")
    return recompile(Tenant.objects.filter(pk__in=begun, is_active=True), now=now)


def drop_ended(*, now: dt.datetime) -> list[str]:
    """Drop the plans of numbers whose last day is over; return those nobody has now.

    A number may belong to another customer the day after: its calls are theirs.
    """
    ended = CompiledPlan.objects.filter(number__released_on__lt=local_date(now))
    gone = set(ended.values_list("number__e164", flat=True))
    ended.delete()
    kept = CompiledPlan.objects.filter(number__e164__in=gone)
    return sorted(gone.difference(kept.values_list("number__e164", flat=True)))


def plan_digest(body: dict[str, object]) -> str:
    """Return the SHA-256 of what a plan decides, whenever it was compiled."""
    timeless = {k: v for k, v in body.items() if k not in ("compiled_at", "horizon")}
    return hashlib.sha256(json.dumps(timeless, sort_keys=True).encode()).hexdigest()


def recompile(tenants: Iterable[Tenant], *, now: dt.datetime) -> int:
    """Compile anew what comes near its horizon; return how many plans changed."""
    return sum(len(compile_customer(tenant, now=now)) for tenant in tenants)
