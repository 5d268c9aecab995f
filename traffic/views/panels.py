"""Calls on other pages, which fetch these parts by their address.

Opened by themselves, as without script, they lead to the list that holds the same.
"""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from numbers.models import GeographicNumber
from tenants.requests.permissions import member_required
from tenants.requests.portal_request import PortalRequest, acting
from traffic.calls.line import rows_of
from traffic.calls.privacy import may_see_callers
from traffic.models import CallRecord
from traffic.selectors.calls import site_names
from traffic.selectors.periods import DAY
from traffic.statistics.charts import sparkline
from traffic.statistics.today import counts_today, today_of

LAST_CALLS = 5
# How far back the last calls of a number are looked for.
LOOK_BACK = 62 * DAY


@require_safe
@member_required
def home_panel(request: PortalRequest) -> HttpResponse:
    """Calls today, beside the usual number by this time of this weekday."""
    if not request.htmx:
        return redirect(f"{reverse('traffic:call_list')}?period=today")
    today = today_of(acting(request), timezone.now())
    context = {"today": today, "points": sparkline(today.hours)}
    return render(request, "traffic/_home_panel.html", context)


@require_safe
@member_required
def number_panel(request: PortalRequest, pk: int) -> HttpResponse:
    """The last calls of a number and today's counts."""
    member = acting(request)
    now = timezone.now()
    mine = GeographicNumber.objects.visible_to(member)
    number = get_object_or_404(mine, pk=pk)
    if not request.htmx:
        query = urlencode({"number": number.e164})
        return redirect(f"{reverse('traffic:call_list')}?{query}")
    calls = CallRecord.objects.visible_to(member).filter(number=number)
    last = calls.filter(started_at__gt=now - LOOK_BACK).order_by("-started_at", "-id")
    rows = rows_of(
        last[:LAST_CALLS],
        site_names(member),
        whole_callers=may_see_callers(member),
    )
    context = {"number": number, "rows": rows, "counts": counts_today(calls, now)}
    return render(request, "traffic/_number_panel.html", context)
