"""The page of one number, and the pieces other pages show of numbers."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from numbers.models import GeographicNumber
from numbers.services import checklist
from routing import selectors
from routing.decisions.facts import CustomerWorld
from routing.forms.continuity import RedirectionForm
from routing.forms.divert import DivertForm
from routing.pages import number_page
from routing.views.common import customer_of, find_number
from routing.words.left_out import sentences
from tenants.requests.permissions import member_required
from tenants.requests.portal_request import PortalRequest, acting


@require_safe
@member_required
def number_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """Where the calls of a number go now, and all that can be done about it."""
    number = find_number(request, pk)
    checklist.tick(acting(request), "number")
    return number_answer(request, number)


def number_answer(
    request: PortalRequest,
    number: GeographicNumber,
    *,
    form: DivertForm | None = None,
    redirection: RedirectionForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with the number's page as it stands now.

    ``form`` or ``redirection`` is one that was refused; ``problem`` a sentence
    for the person acting.
    """
    member, now = acting(request), timezone.now()
    context: dict[str, Any] = number_page.context(number, member, now, redirection)
    context |= {"problem": problem, "is_divert_open": form is not None}
    context["form"] = form or divert_form(
        request, [number], customer=context["customer"]
    )
    return render(request, "routing/number_detail.html", context, status=status)


def divert_form(
    request: PortalRequest,
    numbers: list[GeographicNumber],
    *,
    is_bound: bool = False,
    customer: CustomerWorld | None = None,
) -> DivertForm:
    """Return the divert form for ``numbers``, with what was sent if ``is_bound``."""
    member = acting(request)
    known = customer or customer_of(request)
    return DivertForm(
        request.POST if is_bound else None,
        tenant=member.tenant,
        names=known.names,
        destinations=selectors.offered_destinations(member, numbers, customer=customer),
    )


@require_safe
@member_required
def home_panel(request: PortalRequest) -> HttpResponse:
    """Every number whose calls do not go their usual way, with its stop button."""
    member = acting(request)
    rows = selectors.not_normal(member, timezone.now())
    names = customer_of(request).names
    found = [
        {"number": plan.number, "sentences": sentences(plan.left_out, names)}
        for plan in selectors.with_left_out(member)
    ]
    context = {
        "rows": rows,
        "left_out": found,
        "by_hand": selectors.set_by_hand(member),
        "has_numbers": selectors.visible_numbers(member).exists(),
    }
    return render(request, "routing/_home_panel.html", context)
