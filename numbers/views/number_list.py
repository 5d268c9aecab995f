"""The list of numbers: found, sorted, paged, taken along as CSV."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from numbers.exporting import export_lines
from numbers.forms import NumberFilterForm
from numbers.models import GeographicNumber, ServiceOption
from numbers.selectors import (
    ListColumns,
    find_numbers,
    with_export_rows,
    with_list_columns,
)
from numbers.views.labels import label_links, label_part
from tenants.models import Member
from tenants.requests.permissions import member_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.formatting import display
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.web.addresses import addresses_of
from vms_portal.kernel.web.queries import without

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    ListRow = WithAnnotations[GeographicNumber, ListColumns]

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
    """One line of the list, its words and addresses made: a template takes longer.

    ``state`` None: routing knows it, not this app.
    """

    number: GeographicNumber
    key: str
    shown: str
    url: str
    site: str
    option: str
    state: str | None
    state_label: str
    select_words: str
    label: SafeString


@require_safe
@member_required
def number_list(request: PortalRequest) -> HttpResponse:
    """List the numbers that fit the filters of the URL, a page at a time."""
    form = NumberFilterForm(request.GET, member=acting(request))
    wanted, today = form.wanted(), local_date(timezone.now())
    numbers = find_numbers(acting(request), wanted, today)
    page = Paginator(numbers, PAGE_SIZE).get_page(request.GET.get("page"))
    # Of the page alone: the columns join what counting the numbers does not need.
    shown = with_list_columns(cast(QuerySet, page.object_list), today)
    rows = _rows(shown, today, acting(request))
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "rows": rows,
        "columns": _columns(request.GET, wanted.order),
        "query": without(request.GET, "page"),
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
    numbers = with_export_rows(find_numbers(member, wanted, today))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"numbers-{member.tenant.reference.lower()}-{today}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.writelines(export_lines(numbers, tenant=member.tenant))
    return response


def _rows(numbers: "Iterable[ListRow]", today: dt.date, member: Member) -> list[Row]:
    """Return the lines of numbers ``with_list_columns``."""
    address = addresses_of("routing:number_detail")
    options = {option.value: str(option.label) for option in ServiceOption}
    select, (edit_url, edit_words) = _("Select %(number)s"), label_links(member)
    rows = []
    for number in numbers:
        state, words = _state(number, today)
        shown = display(number.e164)
        rows.append(
            Row(
                number=number,
                key=str(number.pk),
                shown=shown,
                url=address(number.pk),
                site=number.site_name,
                option=options.get(number.option or "", "–"),
                state=state,
                state_label=words,
                select_words=select % {"number": shown},
                label=label_part(
                    number, edit_url(number.pk), edit_words % {"number": shown}
                ),
            )
        )
    return rows


def _state(number: "ListRow", today: dt.date) -> tuple[str | None, str]:
    """The look and the words of the state, as far as this app knows it."""
    if number.released_on is not None and number.released_on < today:
        return "off", _("Ended")
    if number.suspended_at is not None:
        return "off", _("Suspended")
    if number.activated_on > today:
        return "info", _("Starts later")
    if number.is_waiting:
        return "info", _("Waiting for the contract")
    return None, ""


def _columns(given: QueryDict, order: str) -> list[Column]:
    columns = []
    for name, label in COLUMNS:
        direction = {name: "ascending", f"-{name}": "descending"}.get(order, "")
        query = given.copy()
        query.pop("page", None)
        query["sort"] = f"-{name}" if direction == "ascending" else name
        columns.append(Column(label, query.urlencode(), direction))
    return columns
