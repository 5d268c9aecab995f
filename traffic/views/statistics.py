"""The figures of a period, beside those of the period before."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tenants.requests.permissions import member_required
from tenants.requests.portal_request import PortalRequest, acting
from traffic.calls.words import duration_words
from traffic.forms import PlaceForm
from traffic.models import Outcome
from traffic.selectors.calls import CallFilter, Place, places_of, site_names
from traffic.statistics import tables
from traffic.statistics.figures import Figures, Sums, figures_before, figures_of
from vms_portal.kernel.csv_files.downloads import csv_response
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.web.queries import without

Words = str | Promise
Counts = Mapping[str, tuple[Words, Words]]
NOTHING = Sums()


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the head of the page: label, value, change, definition."""

    label: str
    value: str
    trend: str
    hint: str


COUNTS: Counts = {
    "offered": (gettext_lazy("Offered"), gettext_lazy("All calls except tests.")),
    "answered": (gettext_lazy("Answered"), gettext_lazy("Somebody took the call.")),
    "abandoned": (
        gettext_lazy("Abandoned"),
        gettext_lazy("The caller hung up before an answer."),
    ),
    "busy": (gettext_lazy("Busy"), gettext_lazy("The last phone tried was busy.")),
    "no_answer": (
        gettext_lazy("No answer"),
        gettext_lazy("The last phone tried rang and nobody answered."),
    ),
    "unreachable": (
        gettext_lazy("Unreachable"),
        gettext_lazy("The last phone tried could not be reached."),
    ),
}
# How the other calls ended: with them the outcomes add up to the offered calls.
OTHERS = {
    Outcome.VOICEMAIL: gettext_lazy("The caller reached a mailbox."),
    Outcome.REJECTED: gettext_lazy("The call was turned away."),
    Outcome.CONGESTION: gettext_lazy("The network had no free channel."),
    Outcome.FAILED: gettext_lazy("The network could not complete the call."),
}
REROUTED: Counts = {
    "rerouted": (
        gettext_lazy("Rerouted"),
        gettext_lazy("Sent elsewhere than the number's own line, answered or not."),
    ),
}


@require_safe
@member_required
def statistics(request: PortalRequest) -> HttpResponse:
    """Show the figures of the chosen days, with charts and their tables."""
    member = acting(request)
    places = places_of(member)
    form = _form(request, places)
    context: dict[str, Any] = {"form": form, "query": without(request.GET)}
    if form.is_valid():
        now = timezone.now()
        wanted = CallFilter.from_form(form.cleaned_data)
        figures = figures_of(member, wanted)
        before, earlier = figures_before(member, wanted, now)
        context |= {
            "span": wanted.span,
            "before": before,
            "is_running": wanted.span.start <= now < wanted.span.end,
            "figures": _head(figures, earlier),
            "total": figures.total,
            "tables": tables.tables_of(_source(request, wanted, figures, places)),
        }
    return render(request, "traffic/statistics.html", context)


@require_safe
@member_required
def statistics_table(request: PortalRequest, table: str) -> HttpResponse:
    """Show every line of one table of the same figures."""
    made = _made(request, table)
    if made is None:
        return _back(request)
    wanted, shown = made
    context = {"span": wanted.span, "table": shown, "query": without(request.GET)}
    return render(request, "traffic/statistics_table.html", context)


@require_safe
@member_required
def statistics_export(request: PortalRequest, table: str) -> HttpResponse:
    """Send one table of the same figures as CSV."""
    made = _made(request, table)
    if made is None:
        return _back(request)
    wanted, sent = made
    name = f"statistics-{table}-{wanted.span.first}-{wanted.span.last}.csv"
    rows = (tables.csv_row(line) for line in sent.lines)
    return csv_response(name, tables.csv_header(sent), rows)


def _made(request: PortalRequest, table: str) -> tuple[CallFilter, tables.Table] | None:
    """Return one table and what was asked for; None while the form is wrong."""
    if table not in tables.TITLES:
        raise Http404
    places = places_of(acting(request))
    form = _form(request, places)
    if not form.is_valid():
        return None
    wanted = CallFilter.from_form(form.cleaned_data)
    figures = figures_of(acting(request), wanted)
    return wanted, tables.table_of(table, _source(request, wanted, figures, places))


def _back(request: PortalRequest) -> HttpResponse:
    return redirect(f"{reverse('traffic:statistics')}?{without(request.GET)}")


def _form(request: PortalRequest, places: Sequence[Place]) -> PlaceForm:
    today: dt.date = local_date(timezone.now())
    return PlaceForm(request.GET, places=places, today=today)


def _source(
    request: PortalRequest,
    wanted: CallFilter,
    figures: Figures,
    places: Sequence[Place],
) -> tables.Source:
    return tables.Source(figures, wanted.span, places, site_names(acting(request)))


def _head(figures: Figures, earlier: Figures) -> list[Figure]:
    now, before = figures.total, earlier.total
    shown = _counts(COUNTS, now, before)
    shown.insert(2, _rate(now, before))
    for outcome, hint in OTHERS.items():
        value, was = (
            each.outcome.get(outcome, NOTHING).offered for each in (figures, earlier)
        )
        if value or was:
            shown.append(_count(outcome.label, value, was, hint))
    return [*shown, *_counts(REROUTED, now, before), _wait(now, before)]


def _counts(counts: Counts, now: Sums, before: Sums) -> list[Figure]:
    return [
        _count(label, getattr(now, name), getattr(before, name), hint)
        for name, (label, hint) in counts.items()
    ]


def _count(label: Words, value: int, was: int, hint: Words) -> Figure:
    shown = number_format(value, use_l10n=True, force_grouping=True)
    return Figure(str(label), shown, _change(value, was), str(hint))


def _change(value: float, was: float) -> str:
    """Return ``+12 % (100)``: the change in percent, and what it was."""
    if not was:
        return _("none before") if value else ""
    return _signed(round(100 * (value - was) / was), "%")


def _rate(now: Sums, before: Sums) -> Figure:
    return Figure(
        _("Answer rate"),
        _shown(now.answer_rate, lambda rate: f"{number_format(rate, 1)} %"),
        _difference(now.answer_rate, before.answer_rate, _("points")),
        _("Answered calls out of the offered ones."),
    )


def _wait(now: Sums, before: Sums) -> Figure:
    return Figure(
        _("Time to answer"),
        _shown(now.time_to_answer, duration_words),
        _difference(now.time_to_answer, before.time_to_answer, "s"),
        _("From the first ring to the answer, averaged over answered calls."),
    )


def _shown(value: float | None, words: Callable[[float], str]) -> str:
    return "–" if value is None else words(value)


def _difference(value: float | None, was: float | None, unit: str) -> str:
    return "" if value is None or was is None else _signed(round(value - was, 1), unit)


def _signed(change: float, unit: str) -> str:
    if not change:
        return _("unchanged")
    sign = "+" if change > 0 else "−"
    return f"{sign}{number_format(abs(change))} {unit}"
