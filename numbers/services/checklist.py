"""The first steps of a member, ticked by what they do."""

from dataclasses import dataclass

from django.urls import reverse

from numbers.models import GeographicNumber, OnboardingStep
from tenants.models import AuditEvent, Member

Step = OnboardingStep.Step
# The audit trail knows who did these.
DIVERTED = ("number.diverted", "plan.published", "continuity.switched_on")
# Where a step is taken, and what a member must be able to do for it.
PLACES: dict[Step, tuple[str, str]] = {
    Step.NUMBER: ("number", ""),
    Step.SIMULATE: ("number", ""),
    Step.DIVERT: ("number", "may_operate"),
    Step.CALLS: ("traffic:call_list", ""),
    Step.INVOICE: ("billing:invoice_list", "may_see_billing"),
}
QUERIES = {Step.CALLS: "?period=yesterday"}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list: its words, its page and whether it is done."""

    label: str
    url: str
    is_done: bool


def tick(member: Member, step: str) -> None:
    """Note that a member took a step: number, simulate, divert, calls or invoice.

    Harmless to repeat, also by two requests at once.
    """
    known = OnboardingStep.objects.for_tenant(member.tenant)
    if known.filter(member=member, step=step).exists():
        return
    row = OnboardingStep(tenant=member.tenant, member=member, step=Step(step))
    OnboardingStep.objects.bulk_create([row], ignore_conflicts=True)


def dismiss(member: Member) -> None:
    """Put the list away for this member."""
    tick(member, Step.DISMISSED)


def checklist(member: Member) -> list[Item]:
    """Return the steps this member's role allows; none once they were put away."""
    taken = set(
        OnboardingStep.objects.visible_to(member)
        .filter(member=member)
        .values_list("step", flat=True)
    )
    if Step.DISMISSED in taken:
        return []
    if Step.DIVERT not in taken and _diverted(member):
        taken.add(Step.DIVERT)
    first = GeographicNumber.objects.visible_to(member).order_by("e164").first()
    items = []
    for step, (place, needs) in PLACES.items():
        if needs and not getattr(member, needs):
            continue
        url = _url(place, first)
        if url:
            url += QUERIES.get(step, "")
            items.append(Item(str(step.label), url, step in taken))
    return items


def _diverted(member: Member) -> bool:
    acts = AuditEvent.objects.visible_to(member).filter(actor_id=member.user_id)
    return acts.filter(action__in=DIVERTED).exists()


def _url(place: str, number: GeographicNumber | None) -> str:
    """Return the page of a step; empty for a number while there is none."""
    if place != "number":
        return reverse(place)
    return reverse("routing:number_detail", args=[number.pk]) if number else ""
