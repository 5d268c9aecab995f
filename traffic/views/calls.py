"""The calls: found, read one by one, taken along as CSV."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from numbers.services import checklist
from routing.models import PlanVersion
from tenants.requests.permissions import member_required
from tenants.requests.portal_request import PortalRequest, acting
from traffic.calls import words
from traffic.calls.line import csv_header, csv_row, row_of, rows_of
from traffic.calls.paging import page_of
from traffic.calls.privacy import may_see_callers
from traffic.calls.timeline import shown_legs, timeline, version_of
from traffic.forms import CallForm
from traffic.selectors.calls import (
    COUNT_LIMIT,
    CallFilter,
    call_on,
    calls_of,
    count_up_to,
    places_of,
    site_names,
)
from traffic.selectors.periods import Span
from vms_portal.kernel.csv_files.downloads import csv_response
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.web.queries import without

EXPORT_LIMIT = 50_000
PAGE_KEYS = ("after", "before")
# The filters that are folded away until one of them is used.
MORE = ("first", "last", "site", "outcome", "treatment", "order")


@require_safe
@member_required
def call_list(request: PortalRequest) -> HttpResponse:
    """List the calls that fit the filters of the URL, a page at a time."""
    form = _form(request)
    context: dict[str, Any] = {"form": form, "is_valid": form.is_valid()}
    context["query"] = without(request.GET, *PAGE_KEYS)
    context["more_open"] = any(request.GET.get(name) for name in MORE)
    if form.is_valid():
        context |= _page(request, form)
        _tick(request, form.cleaned_data["span"])
    return render(request, "traffic/call_list.html", context)


def _tick(request: PortalRequest, span: Span) -> None:
    """Looking at yesterday's calls is one of a member's first steps."""
    yesterday = _today() - dt.timedelta(days=1)
    if span.first <= yesterday <= span.last:
        checklist.tick(acting(request), "calls")


def _form(request: PortalRequest) -> CallForm:
    places = places_of(acting(request))
    return CallForm(request.GET, places=places, today=_today())


def _page(request: PortalRequest, form: CallForm) -> dict[str, Any]:
    member = acting(request)
    values = form.cleaned_data
    calls = calls_of(member, CallFilter.from_form(values))
    page = page_of(
        calls.select_related("number__site"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        oldest_first=values["order"] == "oldest",
    )
    whole = may_see_callers(member)
    count = count_up_to(calls)
    return {
        "rows": rows_of(page.calls, site_names(member), whole_callers=whole),
        "page": page,
        "span": values["span"],
        "count": min(count, COUNT_LIMIT),
        "is_more": count > COUNT_LIMIT,
        "callers_hidden": not whole,
        "narrowed": any(
            values[name] for name in ("q", "number", "site", "outcome", "treatment")
        ),
    }


@require_safe
@member_required
def call_detail(request: PortalRequest, day: dt.date, pk: int) -> HttpResponse:
    """Show one call: what happened, when, and why."""
    member = acting(request)
    call = call_on(member, day, pk)
    if call is None:
        raise Http404
    call.legs = shown_legs(call, member)
    sites = site_names(member)
    version = version_of(call, member)
    context = {
        "row": row_of(call, sites, whole_callers=may_see_callers(member)),
        "call": call,
        "sentences": words.why(call, sites),
        "entries": timeline(call, version, sites),
        "version_url": _version_url(version),
        "from_start": call.ringing_at is None,
        "callers_hidden": not may_see_callers(member),
    }
    return render(request, "traffic/call_detail.html", context)


@require_safe
@member_required
def call_export(request: PortalRequest) -> HttpResponse:
    """Send the calls of the same filters as CSV, at most ``EXPORT_LIMIT``."""
    member = acting(request)
    form = _form(request)
    back = f"{reverse('traffic:call_list')}?{without(request.GET)}"
    if not form.is_valid():
        return redirect(back)
    wanted = CallFilter.from_form(form.cleaned_data)
    calls = calls_of(member, wanted)
    if count_up_to(calls, EXPORT_LIMIT) > EXPORT_LIMIT:
        messages.warning(
            request,
            _("An export holds at most %(limit)s calls. Choose fewer days.")
            % {"limit": f"{EXPORT_LIMIT:,}".replace(",", "\u00a0")},
        )
        return redirect(back)
    sites = site_names(member)
    whole = may_see_callers(member)
    order = ["started_at", "id"]
    if form.cleaned_data["order"] != "oldest":
        order = ["-started_at", "-id"]
    exported = calls.defer("legs").order_by(*order)[:EXPORT_LIMIT].iterator(2_000)
    rows = (csv_row(row_of(call, sites, whole_callers=whole)) for call in exported)
    name = f"calls-{wanted.span.first}-{wanted.span.last}.csv"
    return csv_response(name, csv_header(), rows)


def _version_url(version: PlanVersion | None) -> str:
    if version is None:
        return ""
    return reverse("routing:version_detail", args=[version.number_id, version.sequence])


def _today() -> dt.date:
    return local_date(timezone.now())
