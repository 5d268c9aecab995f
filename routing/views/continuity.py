"""The Voice Continuity switches, and the page for the phone."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, Q, QuerySet, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from numbers.models import GeographicNumber
from numbers.notation.searching import LONGEST_SEARCH, number_matches
from routing import refusals, selectors
from routing.decisions.facts import CustomerRouting
from routing.decisions.service_days import out_of_service
from routing.forms.continuity import PhoneForm, RedirectionForm
from routing.models import Redirection
from routing.pages import continuity_page
from routing.services import forwarding
from routing.views.common import NOT_DIVERTED, confirm_new, customer_of, find_number
from routing.views.number import number_answer
from routing.views.telling import tell_off, tell_on
from tenants.models import Member
from tenants.requests.permissions import member_required, operator_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.formatting import display
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.text import clean_text
from vms_portal.kernel.web.kept_form import not_done
from vms_portal.kernel.web.statuses import CONFLICT, UNPROCESSABLE

PAGE = 20
NOT_SWITCHED_OFF = gettext_lazy("Nothing was switched off.")
CFU = Redirection.Kind.CFU
CHANGED = (*refusals.REFUSED, forwarding.WrongOption)


@require_safe
@member_required
def continuity(request: PortalRequest) -> HttpResponse:
    """One card per number with one big switch, made for the phone."""
    return _phone_answer(request)


@require_POST
@operator_required
@not_done(NOT_DIVERTED)
def continuity_on(request: PortalRequest, pk: int) -> HttpResponse:
    """Switch a number: its redirection of every call, or a diversion."""
    number, member = find_number(request, pk), acting(request)
    customer = customer_of(request)
    forms = continuity_page.phone_forms(member, [number], customer, request.POST)
    form = forms[number.pk]
    if not form.is_valid():
        return _not_switched(request, number, form)
    # What was prepared goes live with what was chosen: both are judged.
    backup = _prepared_backup(number, customer)
    confirm_new(request, [form.cleaned_data["destination"], backup])
    try:
        kind = _switch_on(request, number, form, customer)
    except CHANGED as refused:
        form.add_error(form.destination_field, refusals.sentence(refused))
        return _not_switched(request, number, form)
    tell_on(request, number, kind)
    return _switched(request, number)


@require_POST
@operator_required
@not_done(NOT_SWITCHED_OFF)
def continuity_off(request: PortalRequest, pk: int) -> HttpResponse:
    """Bring a number back, whatever sends its calls elsewhere; 409 if nothing does."""
    number, member = find_number(request, pk), acting(request)
    customer = customer_of(request, only=number)
    now = customer.now
    kind = CFU if customer.override(number) is None else None
    try:
        if kind is None:
            forwarding.end_divert(number=number, member=member, now=now)
        else:
            forwarding.switch_off(number=number, kind=kind, member=member, now=now)
    except forwarding.NothingToEnd:
        problem = _("%(number)s was back already: nothing redirects its calls.")
        values = {"number": display(number.e164)}
        return _phone_answer(
            request, status=CONFLICT, problem=problem % values, about=number.pk
        )
    tell_off(request, number, kind)
    return _switched(request, number)


@require_POST
@operator_required
@not_done(NOT_DIVERTED)
def redirection_set(request: PortalRequest, pk: int, kind: str) -> HttpResponse:
    """Prepare or switch on one redirection; what was entered is kept when refused."""
    number = find_number(request, pk)
    form = _redirection_form(request, number, kind)
    if form.is_valid():
        is_on = request.POST.get("act") != "prepare"
        if not is_on and not acting(request).may_edit:
            raise PermissionDenied
        try:
            _set_redirection(request, number, form, is_on=is_on)
        except refusals.REFUSED as refused:
            form.add_error(form.destination_field, refusals.sentence(refused))
        except forwarding.WrongOption as changed:
            problem = refusals.sentence(changed)
            return number_answer(request, number, problem=problem, status=CONFLICT)
        except forwarding.StillOn as switched:
            problem = refusals.sentence(switched)
            return number_answer(
                request, number, redirection=form, problem=problem, status=CONFLICT
            )
        else:
            if is_on:
                tell_on(request, number, kind)
            else:
                messages.success(request, _("Prepared. Calls are routed as before."))
            return redirect("routing:number_detail", pk)
    return number_answer(request, number, redirection=form, status=UNPROCESSABLE)


@require_POST
@operator_required
@not_done(NOT_SWITCHED_OFF)
def redirection_off(request: PortalRequest, pk: int, kind: str) -> HttpResponse:
    """Switch a redirection off; what is prepared stays. 409 when it was off."""
    number = find_number(request, pk)
    try:
        forwarding.switch_off(
            number=number, kind=kind, member=acting(request), now=timezone.now()
        )
    except forwarding.NothingToEnd:
        problem = _("This redirection was off already.")
        return number_answer(request, number, problem=problem, status=CONFLICT)
    tell_off(request, number, kind)
    if request.POST.get("back") == "home":
        return redirect("numbers:home")
    return redirect("routing:number_detail", pk)


def _redirection_form(
    request: PortalRequest, number: GeographicNumber, kind: str
) -> RedirectionForm:
    if kind not in Redirection.Kind.values:
        raise Http404
    member = acting(request)
    mine = Redirection.objects.visible_to(member).filter(number=number, kind=kind)
    customer = customer_of(request, only=number)
    return RedirectionForm(
        request.POST,
        tenant=member.tenant,
        destinations=selectors.offered_destinations(member, [number], customer),
        names=customer.names,
        may_send_to=customer.as_of_service(number).may_send_to,
        redirection=mine.first() or continuity_page.blank(number, kind),
    )


def _set_redirection(
    request: PortalRequest,
    number: GeographicNumber,
    form: RedirectionForm,
    *,
    is_on: bool,
) -> None:
    data, now = form.cleaned_data, timezone.now()
    named = [data["destination"], data["backup"] or ""]
    confirm_new(request, named, number.activated_on)
    forwarding.set_redirection(
        number=number,
        kind=form.redirection.kind,
        destination=data["destination"],
        backup=data["backup"],
        after_s=data.get("after_s") or 20,
        until=form.end(now) if is_on else None,
        is_on=is_on,
        member=acting(request),
        now=now,
    )


def _prepared_backup(number: GeographicNumber, customer: CustomerRouting) -> str:
    """Return what the number's big switch sends calls to as well; empty for nothing."""
    prepared = customer.redirections(number).get(CFU)
    if prepared is None or customer.option(number) != "VOICE_CONTINUITY":
        return ""
    # What is refused stays as it is prepared, and is not called.
    return prepared.backup if customer.may_send_to(prepared.backup) else ""


def _switch_on(
    request: PortalRequest,
    number: GeographicNumber,
    form: PhoneForm,
    customer: CustomerRouting,
) -> str | None:
    """Return the kind of the redirection that is on; None for a diversion."""
    member, now = acting(request), customer.now
    values: dict[str, Any] = {
        "destination": form.cleaned_data["destination"],
        "until": form.end(now),
        "member": member,
        "now": now,
    }
    if customer.option(number) == "VOICE_CONTINUITY":
        forwarding.set_redirection(number=number, kind=CFU, backup=None, **values)
        return CFU
    forwarding.divert(numbers=[number], **values)
    return None


def _not_switched(
    request: PortalRequest, number: GeographicNumber, form: PhoneForm
) -> HttpResponse:
    """Answer with the form that was refused; out of service, a number has none."""
    problem = out_of_service(number, local_date(timezone.now()))
    if not problem:
        return _phone_answer(request, (number.pk, form), UNPROCESSABLE)
    return _phone_answer(
        request, status=UNPROCESSABLE, problem=problem, about=number.pk
    )


def _switched(request: PortalRequest, number: GeographicNumber) -> HttpResponse:
    """Answer with the card alone, or go back to where it stood."""
    if request.htmx:
        return _phone_answer(request, only=number.pk)
    address, query = reverse("routing:continuity"), request.GET.urlencode()
    return redirect(f"{address}{'?' if query else ''}{query}#number-{number.pk}")


def _phone_answer(
    request: PortalRequest,
    sent: tuple[int, PhoneForm] | None = None,
    status: int = 200,
    problem: str = "",
    only: int | None = None,
    about: int | None = None,
) -> HttpResponse:
    """Answer with the cards, diverted numbers first; ``only`` is one number's key.

    ``about`` is the key of the number the problem is about: the problem takes the place
    of a card that is not shown.
    """
    member, customer = acting(request), customer_of(request)
    query = clean_text(request.GET.get("q", "")[:LONGEST_SEARCH])
    alone = only if sent is None else sent[0]
    wanted = number_matches(query) if alone is None else Q(pk=alone)
    numbers = _diverted_first(member, customer).filter(wanted)
    page = Paginator(numbers, PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    context = {
        "cards": continuity_page.cards(member, shown, customer, sent),
        "page": page,
        "query": query,
        "back": f"?{request.GET.urlencode()}" if request.GET else "",
        "page_query": urlencode({"q": query}) if query else "",
        "now": customer.now,
        "member": member,
        "problem": problem,
        "about": None if about in {number.pk for number in shown} else about,
    }
    return render(request, "routing/continuity.html", context, status=status)


def _diverted_first(
    member: Member, customer: CustomerRouting
) -> QuerySet[GeographicNumber]:
    elsewhere = [row.number.pk for row in selectors.not_normal(member, customer)]
    turn = Case(When(pk__in=elsewhere, then=0), default=1)
    return selectors.in_service(member, customer.now).order_by(turn, "e164")
