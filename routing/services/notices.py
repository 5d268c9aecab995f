"""What a customer's administrators are mailed about the destinations of its calls."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from numbers.addresses import numbers_address
from routing.decisions.called import not_called, numbers_calling, numbers_naming
from routing.decisions.facts import CustomerRouting
from routing.models import CompiledPlan, KnownDestination
from routing.words.destinations import words
from tenants.models import Notice, Tenant, User
from tenants.services.notices import Letter, tell_administrators, writes
from vms_portal.kernel.data.locks import Lock
from vms_portal.kernel.formatting import display

NEW, LEFT_OUT = "destinations.new", "destinations.left_out"


@transaction.atomic
def announce_destinations(*, tenant: Tenant, now: dt.datetime) -> None:
    """Write to each administrator about destinations used for the first time.

    One mail for each person who used them. Who runs beside this one has the others.
    """
    due = KnownDestination.objects.for_tenant(tenant).filter(announced_at=None)
    rows = due.select_for_update(skip_locked=True, of=("self",))
    by_person: dict[User, list[str]] = defaultdict(list)
    for row in rows.select_related("added_by"):
        # Of now and of a later day its digits have a row each.
        if row.e164 not in by_person[row.added_by]:
            by_person[row.added_by].append(row.e164)
        row.announced_at = now
        row.save(update_fields=["announced_at"])
    for person, destinations in by_person.items():
        told = {
            "person": str(person),
            "destinations": destinations,
            "prepared": not_called(tenant, destinations, now),
        }
        tell_administrators(NEW, tenant=tenant, about=person.pk, now=now, detail=told)


@transaction.atomic
def announce_left_out(*, tenant: Tenant, now: dt.datetime) -> None:
    """Write to each administrator where calls of their numbers no longer go."""
    if not Lock.LEFT_OUT.take_if_free(tenant.pk):
        return
    numbers: dict[str, list[str]] = defaultdict(list)
    due = list(untold().filter(tenant=tenant).select_related("number"))
    for plan in sorted(due, key=lambda plan: plan.number.e164):
        for destination in plan.left_out.keys() - plan.left_out_told.keys():
            numbers[destination].append(plan.number.e164)
        told = CompiledPlan.objects.filter(pk=plan.pk)
        told.update(left_out_told=plan.left_out)
    if numbers:
        detail = {"numbers": numbers, "keys": sorted(plan.number_id for plan in due)}
        tell_administrators(
            LEFT_OUT, tenant=tenant, about=tenant.pk, now=now, detail=detail
        )


def unannounced() -> QuerySet[KnownDestination]:
    return KnownDestination.objects.filter(announced_at=None)


def untold() -> QuerySet[CompiledPlan]:
    """Return the plans that leave out other destinations than somebody was told."""
    plans: QuerySet[CompiledPlan] = CompiledPlan.objects.exclude(
        left_out=F("left_out_told")
    )
    return plans


@writes(NEW)
def _new(notice: Notice) -> Letter:
    destinations: list[str] = notice.detail["destinations"]
    prepared: list[str] = notice.detail.get("prepared", [])
    called = [one for one in destinations if one not in prepared]
    values = {
        "customer": notice.tenant,
        "numbers": _shown(destinations),
        "count": len(destinations),
    }
    several = _("%(count)d new destinations for calls of %(customer)s")
    one = _("New destination for calls: %(numbers)s")
    subject = several if len(destinations) > 1 else one
    said = []
    if called:
        calling = numbers_calling(notice.tenant, called, timezone.now())
        said.append(_told(notice, called, _called(), calling))
    if prepared:
        naming = numbers_naming(notice.tenant, prepared)
        said.append(_told(notice, prepared, _prepared(), naming))
    return Letter(subject % values, "\n\n".join(said))


def _called() -> str:
    return _(
        "%(person)s sent calls of %(customer)s to %(numbers)s for the "
        "first time. If this is not right, stop it here: %(url)s"
    )


def _prepared() -> str:
    return _(
        "%(person)s chose %(numbers)s for calls of %(customer)s for the first time. "
        "That sends no calls there now; when it does, no other mail follows. If this "
        "is not right, change it here: %(url)s"
    )


def _told(
    notice: Notice, destinations: list[str], text: str, keys: Collection[int]
) -> str:
    """Say of some destinations who chose them, and lead to their numbers."""
    return text % {
        "person": notice.detail["person"],
        "customer": notice.tenant,
        "numbers": _shown(destinations),
        "url": numbers_address(keys),
    }


@writes(LEFT_OUT)
def _left_out(notice: Notice) -> Letter:
    names = CustomerRouting(notice.tenant, timezone.now()).names
    values = {
        "customer": notice.tenant,
        "url": numbers_address(notice.detail["keys"]),
    }
    lines = [
        _("%(destination)s: %(numbers)s")
        % {"destination": words(destination, names), "numbers": _shown(numbers)}
        for destination, numbers in sorted(notice.detail["numbers"].items())
    ]
    said = _(
        "Calls of %(customer)s no longer go to the following destinations, "
        "because they may not be called (any more). The calls take the next "
        "step of the plan, or ring the number's own line."
    )
    more = _("Choose other destinations in the portal: %(url)s")
    return Letter(
        _("Calls no longer go to some destinations of %(customer)s") % values,
        "\n\n".join([said % values, "\n".join(lines), more % values]),
    )


def _shown(numbers: Iterable[str]) -> str:
    return ", ".join(map(display, numbers))
