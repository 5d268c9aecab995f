"""Compiled plans: what the network serves, made in the transaction that decides."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from numbers.models import GeographicNumber, ServiceOption
from numbers.services.inventory import COMPILE
from routing import decisions
from routing.decisions.facts import CustomerRouting
from routing.models import CompiledPlan
from routing.services.destinations import lock_routing
from tenants.audit.record import record
from tenants.models import FailedWork, Tenant
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.work import failures
from vms_portal.kernel.work.queue import enqueue_after_commit

Json = dict[str, Any]
CONTINUITY = ServiceOption.VOICE_CONTINUITY
HORIZON = dt.timedelta(days=400)
# Plans a task carries to Redis: an import of a thousand numbers queues two.
MOST_PUSHED = 500


class Uncompilable(Exception):
    """Numbers whose plans cannot be compiled: they are served without them."""


def compile_customer(tenant: Tenant, *, now: dt.datetime) -> list[CompiledPlan]:
    """Compile as ``compile_all``; what cannot be is listed and tried again.

    It keeps nobody from changing what the calls of other numbers do.
    """
    changed, failed = compile_all(tenant, now=now)
    if failed is not None:
        note_uncompilable(tenant.pk, failed)
    return changed


def note_uncompilable(tenant_id: int, error: Exception) -> None:
    """List it as the task that tries again, which is its own row until it works."""
    failures.report(COMPILE, [tenant_id], failures.describe(error), repeatable=True)


@transaction.atomic
def compile_all(
    tenant: Tenant, *, now: dt.datetime
) -> tuple[list[CompiledPlan], Uncompilable | None]:
    """Compile every number of the customer whose plan changed; queue the push.

    A number's plan holds those of the numbers it can send to, so a change of one
    may change several. One whose document cannot be compiled is served without, here
    and in the others': what it was served before may name what is refused by now.
    Unchanged plans keep their row. All is read under the routing
    lock: a compilation that waited knows what was decided before it.
    """
    lock_routing(tenant)
    customer = CustomerRouting(tenant, now)
    _end_with_option(customer)
    before = {plan.number_id: plan for plan in CompiledPlan.objects.for_tenant(tenant)}
    changed, errors = _serve(customer, customer.numbers, before)
    if errors:
        # Numbers whose calls lead to one that cannot be compiled failed with it.
        fallen = [number for number in customer.numbers if number.pk in errors]
        broken = {number.pk for number in fallen if _fails_alone(customer, number)}
        served = CustomerRouting(tenant, now, undocumented=broken)
        more, left = _serve(served, fallen, before, written=customer)
        changed += more
        errors = {pk: why for pk, why in errors.items() if pk in broken} | left
    for first in range(0, len(changed), MOST_PUSHED):
        pks = [plan.number_id for plan in changed[first : first + MOST_PUSHED]]
        enqueue_after_commit("routing.tasks.push_plans", tenant.pk, pks)
    return changed, Uncompilable("; ".join(errors.values())) if errors else None


def _end_with_option(customer: CustomerRouting) -> None:
    """Switch off redirections whose number has had another option since.

    When Voice Continuity came back, they would send calls where nobody thinks of any
    more. What is prepared stays. ``customer`` knows of it.
    """
    today = local_date(customer.now)
    for number in customer.numbers:
        for redirection in customer.redirections(number).values():
            if not redirection.is_in_force(customer.now):
                continue
            since = local_date(redirection.starts_at or customer.now)
            if number.has_kept(CONTINUITY, since, today):
                continue
            redirection.is_on, redirection.until = False, None
            redirection.save(update_fields=["is_on", "until"])
            record(
                actor="option",
                action="continuity.ended_with_option",
                target=number,
                at=customer.now,
                detail={
                    "kind": redirection.kind,
                    "destination": redirection.destination,
                },
            )


def _serve(
    customer: CustomerRouting,
    numbers: Iterable[GeographicNumber],
    before: Mapping[int, CompiledPlan],
    written: CustomerRouting | None = None,
) -> tuple[list[CompiledPlan], dict[int, str]]:
    """Compile and store; return what changed, and by key why numbers failed.

    ``written`` has the documents that ``customer`` is served without: what they name
    and may not is told all the same.
    """
    changed, errors = [], {}
    for number in numbers:
        world = customer.nearby(number)
        try:
            body = decisions.compile_plan(world, customer.now)
        except Exception as error:  # the engine is pure: only the plan is to blame
            errors[number.pk] = f"{number.e164}: {failures.describe(error)}"
            continue
        if written is not None:
            body["left_out"] |= written.left_out(number)
        plan = _store(number, body, before.get(number.pk), customer.now)
        if plan is not None:
            changed.append(plan)
    return changed, errors


def _fails_alone(customer: CustomerRouting, number: GeographicNumber) -> bool:
    """Tell whether it is the number's own plan that cannot be compiled."""
    world = customer.world(number, alone=True)
    return not decisions.is_compilable(world, customer.now)


def _store(
    number: GeographicNumber, body: Json, old: CompiledPlan | None, now: dt.datetime
) -> CompiledPlan | None:
    """Store a plan that decides something else, or ends soon; else None."""
    left_out = body.pop("left_out")
    digest = plan_digest(body)
    before = old.left_out if old else {}
    _note_left_out(number, left_out, before, now)
    is_same = old is not None and (old.digest, before) == (digest, left_out)
    if is_same and old is not None and now + HORIZON / 2 < old.horizon:
        return None
    plan, _created = CompiledPlan.objects.update_or_create(
        tenant=number.tenant,
        number=number,
        defaults={
            "body": body,
            "left_out": left_out,
            "digest": digest,
            "revision": _next_revision(old.revision if old else 0, now),
            "compiled_at": now,
            "horizon": now + HORIZON,
        },
    )
    return plan


def _note_left_out(
    number: GeographicNumber, left_out: Json, before: Json, now: dt.datetime
) -> None:
    """Record where calls no longer go, and have the administrators told."""
    fresh = sorted(left_out.keys() - before.keys())
    if not fresh:
        return
    record(
        actor="policy",
        action="destination.left_out",
        target=number,
        at=now,
        detail={"destinations": fresh},
    )
    enqueue_after_commit("routing.tasks.announce_left_out", number.tenant_id)


def _next_revision(last: int, now: dt.datetime) -> int:
    return max(last + 1, int(now.timestamp() * 1_000_000))


@transaction.atomic
def overtake(*, number_id: int, held: int, now: dt.datetime) -> CompiledPlan | None:
    """Return a number's plan as it stands, above the revision Redis holds.

    Redis hears of a plan after its commit, so it is ahead of a row read later only
    when the database went back to a backup. None: the number has no plan (any more).
    """
    plans = CompiledPlan.objects.select_for_update(of=("self",))
    plan = plans.select_related("number").filter(number=number_id).first()
    if plan is not None and plan.revision < held:
        plan.revision = _next_revision(held, now)
        plan.save(update_fields=["revision"])
    return plan


def begun(*, now: dt.datetime) -> list[int]:
    """Return customers with numbers whose service began since their last change.

    A plan that cannot be compiled waits for its turn on the list of failed work: else
    its customer would be compiled anew each minute, for nothing.
    """
    failed = FailedWork.objects.open().by_workers().filter(act=COMPILE)
    # Whoever asked for it with more or something else was refused by the task.
    waiting = {
        work.about[0]
        for work in failed
        if len(work.about) == 1 and isinstance(work.about[0], int)
    }
    in_service = GeographicNumber.objects.in_service_on(local_date(now))
    tenants = in_service.filter(compiled_plan=None, tenant__is_active=True)
    return sorted(set(tenants.values_list("tenant", flat=True)) - waiting)


@transaction.atomic
def drop_ended(*, now: dt.datetime) -> list[tuple[str, int]]:
    """Drop the plans of numbers whose last day is over.

    Returns those nobody has now, with the revision they were at: a number may
    belong to another customer the day after, and its calls are theirs. One that is
    being compiled this moment is left to the next time.
    """
    ended = CompiledPlan.objects.filter(number__released_on__lt=local_date(now))
    rows = list(
        ended.select_for_update(skip_locked=True, of=("self",))
        .order_by("revision", "pk")
        .values_list("pk", "number__e164", "revision")
    )
    CompiledPlan.objects.filter(pk__in=[pk for pk, _e164, _at in rows]).delete()
    gone = {e164: revision for _pk, e164, revision in rows}
    kept = CompiledPlan.objects.filter(number__e164__in=gone)
    for e164 in kept.values_list("number__e164", flat=True):
        gone.pop(e164, None)
    return sorted(gone.items())


def plan_digest(body: dict[str, object]) -> str:
    """Return the SHA-256 of what a plan decides, whenever it was compiled."""
    timeless = {k: v for k, v in body.items() if k not in ("compiled_at", "horizon")}
    return hashlib.sha256(json.dumps(timeless, sort_keys=True).encode()).hexdigest()
