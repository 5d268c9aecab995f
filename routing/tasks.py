"""Routing in the background. A task takes ids and may run twice."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from celery import shared_task
from django.db import OperationalError, connection
from django.db.models import F, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from numbers.addresses import numbers_address
from numbers.formatting import display
from numbers.models import GeographicNumber
from routing import network
from routing.models import CompiledPlan, KnownDestination, Override
from routing.names import Names
from routing.selectors import author_sees, numbers_calling
from routing.services.compiling import (
    begun,
    compile_customer,
    drop_ended,
    overtake,
)
from routing.services.forwarding import end_expired
from routing.words.destinations import words
from routing.world import CustomerWorld
from tenants.models import Tenant, User
from tenants.services.notices import administrators_of
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.mail import tell
from vms_portal.kernel.scoping import system_scope, tenant_scope

PAGE = 500  # plans compared with Redis at once

durable = shared_task(
    acks_late=True,
    autoretry_for=(OperationalError, RedisError, OSError),
    retry_backoff=True,
    max_retries=8,
)


@durable
def push_plans(tenant_id: int, number_ids: list[int]) -> None:
    """Copy compiled plans of a customer to Redis, as they stand now."""
    with tenant_scope(tenant_id):
        plans = CompiledPlan.objects.select_related("number")
        found = list(plans.filter(number__in=number_ids))
    # A number may have ended since, and may be another customer's.
    today = local_date(timezone.now())
    network.push(plan for plan in found if plan.number.is_in_service_on(today))


@durable
def reconcile_plans() -> None:
    """Repair what Redis lost, and follow numbers that begin and end at midnight."""
    now = timezone.now()
    with system_scope():
        tenants = begun(now=now)
    _compile_each(tenants)
    with system_scope():
        # Inside: what Redis did not hear is dropped, and told, the next time.
        network.withdraw(drop_ended(now=now))
    for page in _served(local_date(now)):
        for plan, held in network.differing(page):
            _repair(plan, held)


def _served(today: dt.date) -> Iterator[list[CompiledPlan]]:
    """Yield the plans of all numbers in service, in pages."""
    numbers = GeographicNumber.objects.in_service_on(today)
    last = 0
    while True:
        with system_scope():
            plans = CompiledPlan.objects.filter(number__in=numbers, pk__gt=last)
            page = list(plans.select_related("number").order_by("pk")[:PAGE])
        if not page:
            return
        yield page
        last = page[-1].pk


def _repair(seen: CompiledPlan, held: int) -> None:
    """Push a plan as it stands now: the one that was ``seen`` may be the older."""
    with tenant_scope(seen.tenant_id):
        plan = overtake(number_id=seen.number_id, held=held, now=timezone.now())
    if plan and plan.number.is_in_service_on(local_date(timezone.now())):
        network.push([plan])


@durable
def compile_plans(tenant_id: int) -> None:
    """Compile what changed for a customer: numbers came, went or were suspended."""
    _compile_each([tenant_id])


@durable
def recompile_plans() -> None:
    """Keep every plan's horizon far ahead."""
    with system_scope():
        active = Tenant.objects.filter(is_active=True).order_by("pk")
        tenants = list(active.values_list("pk", flat=True))
    _compile_each(tenants)


def _compile_each(tenants: Iterable[int]) -> None:
    """Compile each customer in a transaction of its own: nobody waits for others."""
    for tenant_id in tenants:
        with tenant_scope(tenant_id):
            compile_customer(Tenant.objects.get(pk=tenant_id), now=timezone.now())


@durable
def end_expired_overrides() -> None:
    """Record overrides that ended by themselves; their authors are told after it."""
    with system_scope():
        end_expired(now=timezone.now())


@durable
def tell_expired(tenant_id: int, override_id: int) -> None:
    """Tell the author of a diversion that its time is over, if they still see it."""
    with tenant_scope(tenant_id):
        overrides = Override.objects.select_related("number", "tenant", "created_by")
        # Who runs beside this one tells it: nobody hears of one twice.
        due = overrides.select_for_update(skip_locked=True, of=("self",))
        for override in due.filter(pk=override_id, is_untold=True):
            override.is_untold = False
            override.save(update_fields=["is_untold"])
            if author_sees(override):
                now = timezone.now()
                _tell_author(override, CustomerWorld(override.tenant, now).names)


def _tell_author(override: Override, names: Names) -> None:
    author = override.created_by
    with translation.override(author.language):
        values = {
            "number": display(override.number.e164),
            "destination": words(override.destination, names),
            "url": numbers_address([override.number_id]),
        }
        tell(
            author.email,
            _("The diversion of %(number)s has ended") % values,
            _(
                "Calls to %(number)s no longer go to %(destination)s: the time you "
                "chose is over, and the number is back to its own routing.\n\n"
                "See where its calls go: %(url)s"
            )
            % values,
        )


@durable
def announce_destinations(tenant_id: int) -> None:
    """Tell every admin of a customer about destinations used for the first time."""
    with tenant_scope(tenant_id):
        tenant = Tenant.objects.get(pk=tenant_id)
        due = KnownDestination.objects.for_tenant(tenant).filter(announced_at=None)
        by_person = defaultdict(list)
        # Who runs beside this one has the others: nobody hears of one twice.
        for row in due.select_for_update(skip_locked=True, of=("self",)).select_related(
            "added_by"
        ):
            by_person[row.added_by].append(row.e164)
            row.announced_at = timezone.now()
            row.save(update_fields=["announced_at"])
        for person, numbers in by_person.items():
            _tell_admins(tenant, person, numbers)


@durable
def announce_left_out(tenant_id: int) -> None:
    """Tell every admin where calls of their numbers no longer go.

    No plan is locked while mails are on their way: a diversion would wait for them.
    """
    with tenant_scope(tenant_id):
        if not _is_first(tenant_id):
            return
        tenant = Tenant.objects.get(pk=tenant_id)
        numbers_by_destination = defaultdict(list)
        due = list(_untold().select_related("number").order_by("number__e164"))
        for plan in due:
            for destination in plan.left_out.keys() - plan.left_out_told.keys():
                numbers_by_destination[destination].append(plan.number.e164)
        if numbers_by_destination:
            names = CustomerWorld(tenant, timezone.now()).names
            url = numbers_address({plan.number_id for plan in due})
            _tell_left_out(tenant, numbers_by_destination, names, url)
        for plan in due:
            told = CompiledPlan.objects.filter(pk=plan.pk)
            told.update(left_out_told=plan.left_out)


def _is_first(tenant_id: int) -> bool:
    """Tell whether nobody else tells the customer's administrators right now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(7271, %s)", [tenant_id])
        found: tuple[bool] = cursor.fetchone()
    return found[0]


def _untold() -> QuerySet[CompiledPlan]:
    plans: QuerySet[CompiledPlan] = CompiledPlan.objects.exclude(
        left_out=F("left_out_told")
    )
    return plans


def _tell_left_out(
    tenant: Tenant,
    numbers_by_destination: dict[str, list[str]],
    names: Names,
    url: str,
) -> None:
    for admin in administrators_of(tenant):
        with translation.override(admin.language):
            lines = [
                _("%(destination)s: %(numbers)s")
                % {
                    "destination": words(destination, names),
                    "numbers": ", ".join(map(display, numbers)),
                }
                for destination, numbers in sorted(numbers_by_destination.items())
            ]
            values = {"customer": tenant, "url": url}
            said = _(
                "Calls of %(customer)s no longer go to the following destinations, "
                "because they may not be called (any more). The calls take the next "
                "step of the plan, or ring the number's own line."
            )
            more = _("Choose other destinations in the portal: %(url)s")
            tell(
                admin.email,
                _("Calls no longer go to some destinations of %(customer)s") % values,
                "\n\n".join([said % values, "\n".join(lines), more % values]),
            )


@durable
def sweep_announcements() -> None:
    """Queue again what a lost task left unannounced."""
    with system_scope():
        due = KnownDestination.objects.filter(announced_at=None)
        tenants = set(due.values_list("tenant", flat=True))
        left_out = set(_untold().values_list("tenant", flat=True))
        ended = Override.objects.filter(is_untold=True)
        diversions = list(ended.order_by("pk").values_list("tenant", "pk"))
    for tenant_id, override_id in diversions:
        tell_expired.delay(tenant_id, override_id)
    for tenant_id in sorted(tenants):
        announce_destinations.delay(tenant_id)
    for tenant_id in sorted(left_out):
        announce_left_out.delay(tenant_id)


def _tell_admins(tenant: Tenant, person: User, numbers: Sequence[str]) -> None:
    shown = ", ".join(display(e164) for e164 in numbers)
    url = numbers_address(numbers_calling(tenant, numbers))
    for admin in administrators_of(tenant):
        with translation.override(admin.language):
            values = {
                "person": person, "customer": tenant, "numbers": shown,
                "count": len(numbers), "url": url,
            }  # fmt: skip
            several = _("%(count)d new destinations for calls of %(customer)s")
            one = _("New destination for calls: %(numbers)s")
            tell(
                admin.email,
                (several if len(numbers) > 1 else one) % values,
                _(
                    "%(person)s sent calls of %(customer)s to %(numbers)s for the "
                    "first time. If this is not right, stop it here: %(url)s"
                )
                % values,
            )
