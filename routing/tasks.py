"""Routing in the background. A task takes ids and may run twice."""

from collections import defaultdict
from collections.abc import Sequence

from celery import shared_task
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from numbers.formatting import display
from routing import network
from routing.models import CompiledPlan, KnownDestination, Override
from routing.names import Names
from routing.services.compiling import (
    compile_begun,
    compile_customer,
    drop_ended,
    recompile,
)
from routing.where_now import words
from routing.world import CustomerWorld
from tenants import audit
from tenants.models import Member, Tenant, User
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.mail import tell
from vms_portal.kernel.scoping import system_scope, tenant_scope

durable = shared_task(
    acks_late=True,
    autoretry_for=(OperationalError, RedisError, OSError),
    retry_backoff=True,
    max_retries=8,
)


@durable
def push_plan(tenant_id: int, number_id: int) -> None:
    """Copy a number's compiled plan to Redis, as it stands now."""
    with tenant_scope(tenant_id):
        plans = CompiledPlan.objects.select_related("number")
        plan = plans.filter(number=number_id).first()
    # Its number may have ended since, and may be another customer's.
    if plan and plan.number.is_in_service_on(local_date(timezone.now())):
        network.push(plan)


@durable
def reconcile_plans() -> None:
    """Repair what Redis lost, and follow numbers that begin and end at midnight."""
    now = timezone.now()
    with system_scope():
        compile_begun(now=now)
        # Inside: what Redis did not hear is dropped, and told, the next time.
        network.withdraw(drop_ended(now=now))
        plans = list(CompiledPlan.objects.select_related("number"))
    today = local_date(now)
    network.repair(plan for plan in plans if plan.number.is_in_service_on(today))


@durable
def compile_plans(tenant_id: int) -> None:
    """Compile what changed for a customer: numbers came, went or were suspended."""
    with tenant_scope(tenant_id):
        compile_customer(Tenant.objects.get(pk=tenant_id), now=timezone.now())


@durable
def recompile_plans() -> None:
    """Keep every plan's horizon far ahead."""
    with system_scope():
        recompile(Tenant.objects.filter(is_active=True), now=timezone.now())


@durable
def end_expired_overrides() -> None:
    """Record and announce overrides that ended by themselves.

    The decision looks at ``until``, so calls were right before this ran.
    """
    now = timezone.now()
    with system_scope():
        due = Override.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            ended_at=None, until__lte=now
        )
        for override in due.select_related("number", "tenant", "created_by"):
            override.ended_at = override.until
            override.save(update_fields=["ended_at"])
            audit.record(
                actor="expiry", action="number.divert_expired",
                target=override.number, at=now,
            )  # fmt: skip
            _tell_author(override, CustomerWorld(override.tenant, now).names)


def _tell_author(override: Override, names: Names) -> None:
    author = override.created_by
    with translation.override(author.language):
        values = {
            "number": display(override.number.e164),
            "destination": words(override.destination, names),
        }
        tell(
            author.email,
            _("The diversion of %(number)s has ended") % values,
            _(
                "Calls to %(number)s no longer go to %(destination)s: the time you "
                "chose is over, and the number is back to its own routing."
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
def sweep_announcements() -> None:
    """Queue again what a lost task left unannounced."""
    with system_scope():
        due = KnownDestination.objects.filter(announced_at=None)
        tenants = set(due.values_list("tenant", flat=True))
    for tenant_id in sorted(tenants):
        announce_destinations.delay(tenant_id)


def _tell_admins(tenant: Tenant, person: User, numbers: Sequence[str]) -> None:
    admins = Member.objects.for_tenant(tenant).filter(
        role=Member.Role.ADMIN, is_active=True
    )
    shown = ", ".join(display(e164) for e164 in numbers)
    for admin in admins.select_related("user"):
        with translation.override(admin.user.language):
            values = {
                "person": person, "customer": tenant, "numbers": shown,
                "url": settings.PORTAL_URL,
            }  # fmt: skip
            tell(
                admin.user.email,
                _("New destination for calls: %(numbers)s") % values,
                _(
                    "%(person)s sent calls of %(customer)s to %(numbers)s for the "
                    "first time. If this is not right, stop it in the portal: %(url)s"
                )
                % values,
            )
