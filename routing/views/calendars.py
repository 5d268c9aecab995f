"""Calendars: the thing itself, and where it is used."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from routing.forms.library import CalendarForm
from routing.models import Calendar, PlanVersion, SharedVersion
from routing.pages.calendar_days import days_of
from routing.pages.shared_history import kept
from routing.pages.shared_uses import following, what_waits
from routing.selectors import Uses, library_uses
from routing.services import library
from routing.views.common import customer_of, uses_of
from routing.views.telling import tell_saved
from routing.words.calendar_warnings import warnings
from tenants.requests.permissions import member_required, shared_editor_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.text import whole_number
from vms_portal.kernel.web.statuses import CONFLICT, UNPROCESSABLE

Json = dict[str, Any]
Kind = SharedVersion.Kind
DAYS_SHOWN, DAYS_BESIDE = 14, 7
PREVIEW = "preview"
NAME_TAKEN = gettext_lazy("There is a calendar of this name already.")
EMPTY: Json = {"mode": "auto", "weekly": {}, "holidays": "BE", "special": []}


@require_safe
@member_required
def calendar_list(request: PortalRequest) -> HttpResponse:
    """Every calendar with its state today and the numbers that ask it."""
    member, today = acting(request), local_date(timezone.now())
    versions = PlanVersion.objects.visible_to(member)
    uses = library_uses(versions, "calendar", today)
    rows = [
        {
            "calendar": calendar,
            "today": days_of(calendar.definition, today, 1)[0],
            "uses": uses.get(calendar.slug, Uses()),
        }
        for calendar in Calendar.objects.visible_to(member)
    ]
    return render(request, "routing/calendar_list.html", {"rows": rows})


@require_safe
@member_required
def calendar_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """A calendar, which rule wins in the next 14 days, and where it is used."""
    calendar = _calendar(request, pk)
    return _calendar_answer(request, calendar)


@require_http_methods(["GET", "POST"])
@shared_editor_required
def calendar_add(request: PortalRequest) -> HttpResponse:
    """Make a calendar; no number asks it yet."""
    member = acting(request)
    is_sent = request.method == "POST"
    form = CalendarForm(request.POST if is_sent else None, name="", definition=EMPTY)
    if is_sent and request.POST.get("act") == PREVIEW:
        return _edit_answer(request, form, None)
    if form.is_valid():
        try:
            made = library.save_calendar(
                calendar=None,
                name=form.cleaned_data["name"],
                definition=form.definition,
                member=member,
                now=timezone.now(),
            )
        except library.NameTaken:
            form.add_error("name", NAME_TAKEN)
        else:
            messages.success(request, _("Calendar %(name)s is made.") % {"name": made})
            _warn(request, form)
            return redirect("routing:calendar_detail", made.pk)
    return _edit_answer(request, form, None, status=UNPROCESSABLE if is_sent else 200)


@require_http_methods(["GET", "POST"])
@shared_editor_required
def calendar_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Change a calendar for every number that asks it; 409 when somebody was first."""
    member, calendar = acting(request), _calendar(request, pk)
    is_sent = request.method == "POST"
    form = CalendarForm(
        request.POST if is_sent else None,
        name=calendar.name,
        definition=calendar.definition,
    )
    if is_sent and request.POST.get("act") == PREVIEW:
        return _edit_answer(request, form, calendar)
    if form.is_valid():
        try:
            library.save_calendar(
                calendar=calendar,
                name=form.cleaned_data["name"],
                definition=form.definition,
                member=member,
                now=timezone.now(),
                revision=whole_number(request.POST.get("revision", "")) or 0,
            )
        except library.NameTaken:
            form.add_error("name", NAME_TAKEN)
        except library.CalendarChanged as changed:
            problem = _changed()
            return _edit_answer(request, form, changed.calendar, problem, CONFLICT)
        else:
            tell_saved(request, _("Saved."), Kind.CALENDAR, calendar.slug)
            _warn(request, form)
            return redirect("routing:calendar_detail", pk)
    status = UNPROCESSABLE if is_sent else 200
    return _edit_answer(request, form, calendar, status=status)


@require_POST
@shared_editor_required
def calendar_delete(request: PortalRequest, pk: int) -> HttpResponse:
    """Delete a calendar nothing asks; 409 names the numbers that do."""
    member, calendar = acting(request), _calendar(request, pk)
    try:
        library.delete_calendar(calendar=calendar, member=member, now=timezone.now())
    except library.StillInUse as used:
        if used.uses.live:
            problem = _("Plans still use this calendar. Change them first.")
        else:
            problem = _("Drafts still use this calendar. Change or discard them first.")
        return _calendar_answer(request, calendar, problem, CONFLICT)
    messages.success(request, _("Calendar %(name)s is deleted.") % {"name": calendar})
    return redirect("routing:calendar_list")


def _calendar(request: PortalRequest, pk: int) -> Calendar:
    return get_object_or_404(Calendar.objects.visible_to(acting(request)), pk=pk)


def _changed() -> str:
    return _(
        "Somebody saved this calendar after you opened it. Save once more to "
        "replace theirs by what stands here, or open it anew to see theirs."
    )


def _warn(request: PortalRequest, form: CalendarForm) -> None:
    for said in form.warnings:
        messages.warning(request, said)


def _edit_answer(
    request: PortalRequest,
    form: CalendarForm,
    calendar: Calendar | None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with the form, and beside it the week to come as the form says."""
    is_read = form.is_bound and form.is_valid()
    shown = form.definition if form.is_bound else form.before
    today = local_date(timezone.now())
    uses = uses_of(request, Kind.CALENDAR, calendar.slug) if calendar else Uses()
    customer = customer_of(request)
    context = {
        "form": form,
        "calendar": calendar,
        "problem": problem,
        "numbers": following(uses, customer),
        "waiting": what_waits(uses, customer),
        "days": days_of(shown, today, DAYS_BESIDE),
        "warnings": form.warnings if is_read else warnings(form.before),
        "is_readable": is_read or not form.is_bound,
    }
    return render(request, "routing/calendar_edit.html", context, status=status)


def _calendar_answer(
    request: PortalRequest, calendar: Calendar, problem: str = "", status: int = 200
) -> HttpResponse:
    member = acting(request)
    today = local_date(timezone.now())
    context = {
        "calendar": calendar,
        "member": member,
        "problem": problem,
        "uses": uses_of(request, Kind.CALENDAR, calendar.slug),
        "kept": kept(member, Kind.CALENDAR, customer_of(request).names, calendar.slug),
        "days": days_of(calendar.definition, today, DAYS_SHOWN),
    }
    return render(request, "routing/calendar_detail.html", context, status=status)
