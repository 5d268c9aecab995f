"""The list of numbers: found, sorted, paged, taken along as CSV."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from numbers.exporting import export_lines
from numbers.forms import NumberFilterForm
from numbers.models import GeographicNumber, ServiceOption
from numbers.selectors import find_numbers
from numbers.views.common import acting
from tenants.permissions import member_required
from tenants.requests import PortalRequest
from vms_portal.kernel.local_time import local_date

PAGE_SIZE = 50
COLUMNS: tuple[tuple[str, str | Promise], ...] = (
    ("number", gettext_lazy("Number")),
    ("label", gettext_lazy("Label")),
    ("site", gettext_lazy("Site")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A heading that sorts; ``direction`` is the value of ``aria-sort`` or empty."""

    label: str | Promise
    query: str
    direction: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. ``state`` None: routing knows it, not this app."""

    number: GeographicNumber
    option: str
    state: str | None
    state_label: str = ""


@require_safe
@member_required
def number_list(request: PortalRequest) -> HttpResponse:
    """List the numbers that fit the filters of the URL, a page at a time."""
    form = NumberFilterForm(request.GET, member=request.member)
    wanted, today = form.wanted(), local_date(timezone.now())
    found = find_numbers(request.member, wanted, today)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(number, today) for number in page]
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "rows": rows,
        "columns": _columns(request.GET, wanted.order),
        "query": _without(request.GET, "page"),
        "asked": [row.number.pk for row in rows if row.state is None],
        "is_narrowed": form.is_narrowed,
    }
    return render(request, "numbers/number_list.html", context)


@require_safe
@member_required
def number_export(request: PortalRequest) -> HttpResponse:
    """Send all numbers that fit the filters as CSV. Made before the answer leaves."""
    member = acting(request)
    today = local_date(timezone.now())
    wanted = NumberFilterForm(request.GET, member=member).wanted()
    found = find_numbers(member, wanted, today)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"numbers-{member.tenant.reference.lower()}-{today}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.writelines(export_lines(found, tenant=member.tenant))
    return response


def _row(number: GeographicNumber, today: dt.date) -> Row:
    option = number.option_on(max(today, number.activated_on))
    label = str(ServiceOption(option).label) if option else "–"
    if number.released_on is not None and number.released_on < today:
        return Row(number, label, "off", _("Ended"))
    if number.activated_on > today:
        return Row(number, label, "info", _("Starts later"))
    if number.suspended_at is not None:
        return Row(number, label, "off", _("Suspended"))
    return Row(number, label, None)


def _columns(given: QueryDict, order: str) -> list[Column]:
    columns = []
    for name, label in COLUMNS:
        direction = {name: "ascending", f"-{name}": "descending"}.get(order, "")
        query = given.copy()
        query.pop("page", None)
        query["sort"] = f"-{name}" if direction == "ascending" else name
        columns.append(Column(label, query.urlencode(), direction))
    return columns


def _without(given: QueryDict, *names: str) -> str:
    query = given.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()
