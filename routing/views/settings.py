"""What holds for every number: the safety destination and caller rules."""

import datetime as dt

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from numbers.models import GeographicNumber
from routing import refusals, selectors
from routing.decisions.facts import CustomerRouting
from routing.forms.library import CallerRuleForm, SafetyForm
from routing.models import ScreeningRule, SharedVersion
from routing.pages.shared_history import kept
from routing.services import every_number
from routing.services.destinations import DailyCapReached, ForbiddenDestination
from routing.services.history import SharedChanged, fingerprint
from routing.views.common import confirm_new, customer_of
from routing.views.telling import tell_all_follow, tell_rule
from routing.words.destinations import words
from tenants.models import Member
from tenants.requests.permissions import (
    member_required,
    shared_editor_required,
)
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.web.statuses import CONFLICT, UNPROCESSABLE

Kind = SharedVersion.Kind


@require_safe
@member_required
def settings(request: PortalRequest) -> HttpResponse:
    """The safety destination, and callers refused or always let through."""
    return _answer(request)


@require_POST
@shared_editor_required
def safety_save(request: PortalRequest) -> HttpResponse:
    """Set where calls nobody took go at last."""
    member = acting(request)
    form = _safety_form(request, customer_of(request), is_bound=True)
    if form.is_valid():
        destination = form.cleaned_data["destination"]
        confirm_new(request, [destination])
        try:
            every_number.set_safety_destination(
                destination=destination,
                member=member,
                now=timezone.now(),
                expected=request.POST.get("expected", ""),
            )
        except SharedChanged:
            return _answer(request, safety=form, problem=_changed(), status=CONFLICT)
        except (ForbiddenDestination, DailyCapReached) as refused:
            form.add_error(form.destination_field, refusals.sentence(refused))
        else:
            tell_all_follow(request, _("Saved."))
            return redirect("routing:settings")
    return _answer(request, safety=form, status=UNPROCESSABLE)


@require_POST
@shared_editor_required
def rule_add(request: PortalRequest) -> HttpResponse:
    """Add a caller rule; one that is there already stays one."""
    member = acting(request)
    form = _rule_form(request, is_bound=True)
    if not form.is_valid():
        return _answer(request, rule=form, status=UNPROCESSABLE)
    data = form.cleaned_data
    every_number.add_caller_rule(
        kind=data["kind"],
        prefix=data["begins"],
        number=data["number"],
        member=member,
        now=timezone.now(),
    )
    tell_rule(request, data["kind"], data["number"])
    return redirect("routing:settings")


@require_POST
@shared_editor_required
def rule_remove(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a caller rule away; 404 when somebody else did."""
    member = acting(request)
    rule = get_object_or_404(ScreeningRule.objects.visible_to(member), pk=pk)
    every_number.remove_caller_rule(rule=rule, member=member, now=timezone.now())
    messages.success(request, _("The rule no longer applies."))
    return redirect("routing:settings")


def _safety_form(
    request: HttpRequest, customer: CustomerRouting, *, is_bound: bool = False
) -> SafetyForm:
    member = acting(request)
    return SafetyForm(
        request.POST if is_bound else None,
        tenant=member.tenant,
        destinations=["line", *selectors.shared_destinations(member, customer)],
        names=customer.names,
        now=customer.safety_destination,
    )


def _rule_form(request: HttpRequest, *, is_bound: bool = False) -> CallerRuleForm:
    numbers = selectors.in_service(acting(request), timezone.now())
    return CallerRuleForm(request.POST if is_bound else None, numbers=numbers)


def _changed() -> str:
    return _(
        "Somebody changed the safety destination after you opened this page; the "
        "versions below show it. Save once more to replace it."
    )


def _rules(member: Member, today: dt.date) -> list[tuple[ScreeningRule, str]]:
    """The rules, each with the state of its number where that refuses nobody now."""
    mine = selectors.visible_numbers(member).values("pk")
    rules = ScreeningRule.objects.visible_to(member).select_related("number__contract")
    rows = rules.filter(Q(number=None) | Q(number__in=mine))
    return [(row, _idle(row.number, today)) for row in rows]


def _idle(number: GeographicNumber | None, today: dt.date) -> str:
    if number is None or number.is_in_service_on(today):
        return ""
    return str(number.state_on(today).label)


def _answer(
    request: PortalRequest,
    *,
    safety: SafetyForm | None = None,
    rule: CallerRuleForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    member = acting(request)
    customer = customer_of(request)
    names, place = customer.names, customer.safety_destination
    context = {
        "member": member,
        "problem": problem,
        "safety_words": words(place, names) if place else _("a last announcement only"),
        "safety": safety or _safety_form(request, customer),
        "expected": fingerprint(member.tenant, Kind.SAFETY),
        "rule": rule or _rule_form(request),
        "count": selectors.in_service(member, timezone.now()).count(),
        "safety_kept": kept(member, Kind.SAFETY, names),
        "callers_kept": kept(member, Kind.CALLERS, names),
        "rules": _rules(member, local_date(timezone.now())),
    }
    return render(request, "routing/settings.html", context, status=status)
