"""Routing in the background. A task takes ids and may run twice."""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from numbers.addresses import numbers_address
from numbers.models import GeographicNumber
from routing import network
from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import where_now
from routing.models import CompiledPlan, Override
from routing.selectors import author_of
from routing.services import notices
from routing.services.compiling import (
    begun,
    compile_all,
    drop_ended,
    note_uncompilable,
    overtake,
)
from routing.services.forwarding import end_expired
from routing.words.destinations import words
from tenants.models import Member, Tenant
from vms_portal.kernel.data.row_security import system_scope, tenant_scope
from vms_portal.kernel.formatting import display
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.mail.delivery import tell
from vms_portal.kernel.work.tasks import PASSING, durable, listed_alone

RECONCILE = "routing.tasks.reconcile_plans"
PAGE = 500  # plans compared with Redis at once


@durable
def push_plans(tenant_id: int, number_ids: list[int]) -> None:
    """Copy compiled plans of a customer to Redis, as they stand now."""
    with tenant_scope(tenant_id):
        rows = CompiledPlan.objects.select_related("number")
        plans = list(rows.filter(number__in=number_ids))
    # A number may have ended since, and may be another customer's.
    today = local_date(timezone.now())
    network.push(plan for plan in plans if plan.number.is_in_service_on(today))


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
            with listed_alone(RECONCILE, f"routing.CompiledPlan {plan.pk}"):
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
    _compile(tenant_id)


@durable
def recompile_plans() -> None:
    """Keep every plan's horizon far ahead."""
    with system_scope():
        active = Tenant.objects.filter(is_active=True).order_by("pk")
        tenants = list(active.values_list("pk", flat=True))
    _compile_each(tenants)


def _compile_each(tenants: Iterable[int]) -> None:
    """Compile each customer in a transaction of its own: nobody waits for others.

    Nor for one that cannot be compiled, whatever is the matter with it.
    """
    for tenant_id in tenants:
        try:
            _compile(tenant_id)
        except PASSING:
            raise
        except Exception as error:
            note_uncompilable(tenant_id, error)


def _compile(tenant_id: int) -> None:
    """Compile a customer. ``Uncompilable`` after the numbers that can be are."""
    with tenant_scope(tenant_id):
        tenant = Tenant.objects.get(pk=tenant_id)
        _changed, failed = compile_all(tenant, now=timezone.now())
    if failed is not None:
        raise failed


@durable
def end_expired_overrides() -> None:
    """Record overrides that ended by themselves; their authors are told after it."""
    with system_scope():
        end_expired(now=timezone.now())


@durable
def tell_expired(tenant_id: int, override_id: int) -> None:
    """Tell the author of a diversion that its time is over, if they still see it."""
    with tenant_scope(tenant_id):
        overrides = Override.objects.select_related("number__site", "tenant")
        # Who runs beside this one tells it: nobody hears of one twice.
        due = overrides.select_for_update(skip_locked=True, of=("self",))
        for override in due.filter(pk=override_id, is_untold=True):
            override.is_untold = False
            override.save(update_fields=["is_untold"])
            if author := author_of(override):
                _tell_author(override, author)


def _tell_author(override: Override, author: Member) -> None:
    """Say where calls go now: not each time is it the number's own plan."""
    number = override.number
    customer = CustomerRouting(
        override.tenant, timezone.now(), only=number, shown_to=author
    )
    with translation.override(author.user.language):
        values = {
            "number": display(number.e164),
            "destination": words(override.destination, customer.names),
            "where": where_now(number, customer).sentence,
            "url": numbers_address([override.number_id]),
        }
        tell(
            author.user.email,
            _("The diversion of %(number)s has ended") % values,
            _(
                "The time you chose for sending the calls of %(number)s to "
                "%(destination)s is over.\n\n"
                "Where its calls go now: %(where)s\n\n"
                "See the number: %(url)s"
            )
            % values,
        )


@durable
def announce_destinations(tenant_id: int) -> None:
    """Write to a customer's administrators about new destinations."""
    with tenant_scope(tenant_id):
        tenant = Tenant.objects.get(pk=tenant_id)
        notices.announce_destinations(tenant=tenant, now=timezone.now())


@durable
def announce_left_out(tenant_id: int) -> None:
    """Write to a customer's administrators where calls no longer go."""
    with tenant_scope(tenant_id):
        tenant = Tenant.objects.get(pk=tenant_id)
        notices.announce_left_out(tenant=tenant, now=timezone.now())


@durable
def sweep_announcements() -> None:
    """Queue again what a lost task left unannounced."""
    with system_scope():
        tenants = set(notices.unannounced().values_list("tenant", flat=True))
        left_out = set(notices.untold().values_list("tenant", flat=True))
        ended = Override.objects.filter(is_untold=True)
        diversions = list(ended.order_by("pk").values_list("tenant", "pk"))
    for tenant_id, override_id in diversions:
        tell_expired.delay(tenant_id, override_id)
    for tenant_id in sorted(tenants):
        announce_destinations.delay(tenant_id)
    for tenant_id in sorted(left_out):
        announce_left_out.delay(tenant_id)
