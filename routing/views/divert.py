"""Sending calls elsewhere for a while, and stopping it."""

import datetime as dt
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from numbers.models import GeographicNumber
from routing import refusals, selectors
from routing.decisions.where_now import moment_words, where_now
from routing.forms.divert import DivertForm
from routing.pages.diversion import is_diverting, what_waits
from routing.services import forwarding
from routing.views.common import NOT_DIVERTED, confirm_new, customer_of, find_number
from routing.views.number import divert_form, number_answer
from routing.words.destinations import words
from tenants.requests.permissions import operator_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.formatting import display
from vms_portal.kernel.text import whole_number
from vms_portal.kernel.web.kept_form import not_done
from vms_portal.kernel.web.statuses import CONFLICT, UNPROCESSABLE


@require_http_methods(["GET", "POST"])
@operator_required
@not_done(NOT_DIVERTED)
def divert(request: PortalRequest, pk: int) -> HttpResponse:
    """Divert one number; what was entered is kept when it is refused."""
    number = find_number(request, pk)
    if request.method != "POST":
        return number_answer(request, number, is_divert_open=True)
    customer = customer_of(request, only=number)
    form = divert_form(request, [number], customer, is_bound=True)
    if not _divert(request, [number], form):
        return number_answer(request, number, form=form, status=UNPROCESSABLE)
    return redirect("routing:number_detail", pk)


@require_POST
@operator_required
@not_done(gettext_lazy("The diversion was not stopped."))
def divert_end(request: PortalRequest, pk: int) -> HttpResponse:
    """Stop a diversion; 409 with the page as it stands when there is none."""
    number = find_number(request, pk)
    try:
        forwarding.end_divert(number=number, member=acting(request), now=timezone.now())
    except forwarding.NothingToEnd:
        problem = _("This diversion had ended already. Calls go where it says below.")
        return number_answer(request, number, problem=problem, status=CONFLICT)
    messages.success(
        request,
        _("The diversion of %(number)s is stopped. %(where)s")
        % {
            "number": display(number.e164),
            "where": where_now(number, customer_of(request, only=number)).sentence,
        },
    )
    if request.POST.get("back") == "home":
        return redirect("numbers:home")
    return redirect("routing:number_detail", pk)


@require_http_methods(["GET", "POST"])
@operator_required
@not_done(NOT_DIVERTED)
def bulk_divert(request: PortalRequest) -> HttpResponse:
    """Divert every number of ``ids`` or none; they are named before.

    The choice stands in the address, so that whoever signs in again finds it there.
    """
    ids = request.POST.getlist("ids") or request.GET.getlist("ids")
    if not ids:
        messages.warning(request, _("Select at least one number first."))
        return redirect("numbers:number_list")
    numbers, is_sent = _chosen(request, ids), "until" in request.POST
    if request.method == "POST" and not is_sent:
        return redirect(_page_of(numbers))
    customer = customer_of(request)
    form = divert_form(request, numbers, customer, is_bound=is_sent)
    if is_sent and _divert(request, numbers, form):
        return redirect("numbers:number_list")
    context = {
        "numbers": numbers,
        "form": form,
        "page": _page_of(numbers),
        "waiting": what_waits(numbers, customer),
    }
    status = UNPROCESSABLE if is_sent else 200
    return render(request, "routing/bulk_divert.html", context, status=status)


def _chosen(request: PortalRequest, ids: list[str]) -> list[GeographicNumber]:
    """Return the chosen numbers, all of them visible; else 404."""
    wanted = {pk for pk in map(whole_number, ids) if pk is not None}
    mine = selectors.visible_numbers(acting(request))
    numbers = list(mine.filter(pk__in=wanted).order_by("e164"))
    if len(numbers) != len(set(ids)):
        raise Http404
    return numbers


def _page_of(numbers: list[GeographicNumber]) -> str:
    query = urlencode({"ids": [number.pk for number in numbers]}, doseq=True)
    return f"{reverse('routing:bulk_divert')}?{query}"


def _divert(
    request: PortalRequest, numbers: list[GeographicNumber], form: DivertForm
) -> bool:
    """Divert as the form says and tell so; False with the reason in the form."""
    if not form.is_valid():
        return False
    now = timezone.now()
    destination = form.cleaned_data["destination"]
    confirm_new(request, [destination])
    until = form.end(now)
    try:
        forwarding.divert(
            numbers=numbers,
            destination=destination,
            until=until,
            member=acting(request),
            now=now,
            reason=form.cleaned_data["reason"],
        )
    except refusals.REFUSED as refused:
        form.add_error(form.destination_field, refusals.sentence(refused))
        return False
    _tell(request, numbers, words(destination, form.names), until)
    return True


def _tell(
    request: PortalRequest,
    numbers: list[GeographicNumber],
    place: str,
    until: dt.datetime | None,
) -> None:
    """Say which calls are diverted, and whose something else decides before that."""
    customer = customer_of(request, only=numbers[0] if len(numbers) == 1 else None)
    if served := [number for number in numbers if is_diverting(number, customer)]:
        messages.success(request, _told(served, place, until))
    for waits in what_waits(numbers, customer):
        messages.warning(request, waits)


def _told(
    numbers: list[GeographicNumber], place: str, until: dt.datetime | None
) -> str:
    """Return what the diversion does. Whole sentences: no language shares "until"."""
    values = {
        "numbers": display(numbers[0].e164) if len(numbers) == 1 else len(numbers),
        "destination": place,
    }
    if until is None:
        text = ngettext(
            "Calls to %(numbers)s now go to %(destination)s until somebody stops it.",
            "Calls to %(numbers)s numbers now go to %(destination)s until somebody"
            " stops it.",
            len(numbers),
        )
    else:
        values["until"] = moment_words(until)
        text = ngettext(
            "Calls to %(numbers)s now go to %(destination)s until %(until)s.",
            "Calls to %(numbers)s numbers now go to %(destination)s until %(until)s.",
            len(numbers),
        )
    return text % values
