"""The figures as tables, each with its chart, for the page and for CSV."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from routing.words.destinations import recorded_words
from traffic.models import Outcome
from traffic.selectors.calls import Place
from traffic.selectors.periods import DAY, Span
from traffic.statistics.charts import BarChart, Column, bar_chart
from traffic.statistics.figures import Figures, Sums, gather
from vms_portal.kernel.formatting import day_in_figures, display, short_day, unbroken

TITLES = {
    "day": gettext_lazy("Per day"),
    "hour": gettext_lazy("Per hour of the day"),
    "weekday": gettext_lazy("Per weekday"),
    "number": gettext_lazy("Per number"),
    "site": gettext_lazy("Per site"),
    "destination": gettext_lazy("Per destination"),
    "outcome": gettext_lazy("Per outcome"),
}
# What the page with all tables shows of each; the rest is one click away.
MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class TableRow:
    """``key`` is the plain value for CSV, ``short`` the label under a bar."""

    key: str
    label: str
    short: str
    sums: Sums
    # Percent of the longest bar: all calls, and those answered.
    whole: float = 0.0
    part: float = 0.0

    @property
    def cells(self) -> list[str]:
        """The figures for reading, in the order of the table's columns."""
        sums = self.sums
        return [
            str(sums.offered),
            str(sums.answered),
            _rounded(sums.answer_rate, "%"),
            str(sums.abandoned),
            str(sums.busy),
            str(sums.no_answer),
            str(sums.unreachable),
            str(sums.rerouted),
            _rounded(sums.time_to_answer, "s"),
        ]


def _rounded(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{floatformat(value, 1)} {unit}"


@dataclass(frozen=True, slots=True)
class Table:
    """Times have a chart above their lines; others a bar in each line."""

    slug: str
    title: str
    lines: list[TableRow]
    chart: BarChart | None

    @property
    def first_lines(self) -> list[TableRow]:
        return self.lines[:MOST_LINES]

    @property
    def has_more(self) -> bool:
        return len(self.lines) > MOST_LINES


@dataclass(frozen=True, slots=True)
class Source:
    """What the tables are made from."""

    figures: Figures
    span: Span
    places: Sequence[Place]
    # Every site's name by its slug.
    sites: Mapping[str, str]


def tables_of(source: Source) -> list[Table]:
    return [table_of(slug, source) for slug in TITLES]


def table_of(slug: str, source: Source) -> Table:
    lines = list(LINES[slug](source))
    title = str(TITLES[slug])
    if slug not in TIMES:
        return Table(slug, title, _with_bars(lines), None)
    columns = [
        Column(line.short, line.sums.offered, line.sums.answered, bar_title(line))
        for line in lines
    ]
    return Table(slug, title, lines, bar_chart(columns))


def _with_bars(lines: list[TableRow]) -> list[TableRow]:
    scale = 100 / max([1, *(line.sums.offered for line in lines)])
    return [
        replace(
            line,
            whole=round(scale * line.sums.offered, 1),
            part=round(scale * line.sums.answered, 1),
        )
        for line in lines
    ]


def bar_title(line: TableRow) -> str:
    return _("%(label)s: %(offered)s offered, %(answered)s answered") % {
        "label": line.label,
        "offered": line.sums.offered,
        "answered": line.sums.answered,
    }


def _days(source: Source) -> Iterable[TableRow]:
    for index in range(source.span.days):
        day = source.span.first + index * DAY
        sums = source.figures.day.get(day, Sums())
        label = short_day(day, " Y")
        yield TableRow(day.isoformat(), label, day_in_figures(day), sums)


def _hours(source: Source) -> Iterable[TableRow]:
    for hour in range(24):
        label = f"{hour:02d}:00–{hour:02d}:59"
        yield TableRow(label, label, f"{hour}", source.figures.hour.get(hour, Sums()))


def _weekdays(source: Source) -> Iterable[TableRow]:
    sums = source.figures.weekday
    for weekday, name in WEEKDAYS.items():
        short = str(WEEKDAYS_ABBR[weekday])
        yield TableRow(str(name), str(name), short, sums.get(weekday, Sums()))


def _numbers(source: Source) -> Iterable[TableRow]:
    labels = {place.e164: place.label for place in source.places}
    owned = {place.pk: place.e164 for place in source.places}
    by_number = gather(
        (owned[pk], sums) for pk, sums in source.figures.number.items() if pk in owned
    )
    for e164, sums in _most_first(by_number):
        label = f"{unbroken(display(e164))} {labels[e164]}".strip()
        yield TableRow(display(e164), label, "", sums)


def _sites(source: Source) -> Iterable[TableRow]:
    names = {place.pk: place.site_name for place in source.places}
    by_site = gather(
        (names[pk], sums) for pk, sums in source.figures.number.items() if pk in names
    )
    for name, sums in _most_first(by_site):
        yield TableRow(name, name, "", sums)


def _destinations(source: Source) -> Iterable[TableRow]:
    for written, sums in _most_first(source.figures.destination):
        label = recorded_words(written, source.sites) or _("no destination")
        shown = unbroken(label) if written.startswith("+") else label
        yield TableRow(label, shown, "", sums)


def _outcomes(source: Source) -> Iterable[TableRow]:
    for outcome, sums in _most_first(source.figures.outcome):
        label = str(Outcome(outcome).label)
        yield TableRow(label, label, "", sums)


def _most_first(sums: Mapping[Any, Sums]) -> list[tuple[Any, Sums]]:
    return sorted(sums.items(), key=lambda pair: (-pair[1].offered, str(pair[0])))


LINES: dict[str, Callable[[Source], Iterable[TableRow]]] = {
    "day": _days,
    "hour": _hours,
    "weekday": _weekdays,
    "number": _numbers,
    "site": _sites,
    "destination": _destinations,
    "outcome": _outcomes,
}
TIMES = {"day", "hour", "weekday"}


def csv_header(table: Table) -> list[str]:
    return [
        table.title,
        _("Offered"),
        _("Answered"),
        _("Answer rate, %"),
        _("Abandoned"),
        _("Busy"),
        _("No answer"),
        _("Unreachable"),
        _("Rerouted"),
        _("Seconds to answer"),
    ]


def csv_row(line: TableRow) -> list[object]:
    sums = line.sums
    rate, wait = sums.answer_rate, sums.time_to_answer
    return [
        line.key,
        sums.offered,
        sums.answered,
        _tenths(rate),
        sums.abandoned,
        sums.busy,
        sums.no_answer,
        sums.unreachable,
        sums.rerouted,
        _tenths(wait),
    ]


def _tenths(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.1f}")
