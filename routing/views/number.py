"""The page of one number, and the pieces other pages show of numbers."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from numbers.models import GeographicNumber
from numbers.services import checklist
from routing import selectors
from routing.decisions.facts import CustomerRouting
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
    is_divert_open: bool = False,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with the number's page as it stands now.

    ``form`` or ``redirection`` is one that was refused; ``problem`` a sentence
    for the person acting. A form that was refused is open.
    """
    member, now = acting(request), timezone.now()
    context: dict[str, Any] = number_page.context(number, member, now, redirection)
    is_open = is_divert_open or form is not None
    context |= {"problem": problem, "is_divert_open": is_open}
    context["form"] = form or divert_form(request, [number], context["customer"])
    return render(request, "routing/number_detail.html", context, status=status)


def divert_form(
    request: PortalRequest,
    numbers: list[GeographicNumber],
    customer: CustomerRouting,
    *,
    is_bound: bool = False,
) -> DivertForm:
    """Return the divert form for ``numbers``, with what was sent if ``is_bound``."""
    member = acting(request)
    return DivertForm(
        request.POST if is_bound else None,
        tenant=member.tenant,
        names=customer.names,
        destinations=selectors.offered_destinations(member, numbers, customer),
    )


@require_safe
@member_required
def home_panel(request: PortalRequest) -> HttpResponse:
    """Every number whose calls do not go their usual way, with its stop button."""
    member = acting(request)
    customer = customer_of(request)
    left_out = [
        {"number": plan.number, "sentences": sentences(plan.left_out, customer.names)}
        for plan in selectors.with_left_out(member)
    ]
    context = {
        "rows": selectors.not_normal(member, customer),
        "left_out": left_out,
        "by_hand": selectors.set_by_hand(member, customer),
        "has_numbers": selectors.visible_numbers(member).exists(),
    }
    return render(request, "routing/_home_panel.html", context)
