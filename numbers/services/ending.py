"""What sites ring once numbers of theirs ended, as compiling decides it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from numbers.models import GeographicNumber, Line, Site
from numbers.services.ended_digits import DIGITS, RULES
from numbers.services.lines import main_line_of


@dataclass(frozen=True, slots=True)
class EndingLine:
    """A site whose main line is a number that ends.

    ``goes_on``: it rings afterwards as well, as chosen before the number began.
    """

    site: str
    e164: str
    goes_on: bool


def lines_of_ending(
    numbers: Sequence[GeographicNumber], last_day: dt.date, today: dt.date
) -> list[EndingLine]:
    """Return the lines of sites that are numbers of one customer which end.

    Not those that are a number of theirs on the day after as well.
    """
    if not numbers:
        return []
    day = max(last_day + dt.timedelta(days=1), today)
    tenant, e164s = numbers[0].tenant, {number.e164 for number in numbers}
    others = GeographicNumber.objects.for_tenant(tenant).filter(e164__in=e164s)
    others = others.exclude(pk__in=[number.pk for number in numbers])
    stay = others.in_service_on(day).values("e164")
    lines = Line.objects.for_tenant(tenant).filter(e164__in=e164s, is_main=True)
    rows = list(lines.exclude(e164__in=stay).select_related("site"))
    rule = RULES[DIGITS]
    ended = rule(tenant, day, ending=numbers, last_day=last_day) if rows else set()
    return [
        EndingLine(line.site.name, line.e164, line.e164 not in ended)
        for line in sorted(rows, key=lambda line: (line.site.name, line.e164))
    ]


def sites_of_ending(
    numbers: Sequence[GeographicNumber], last_day: dt.date, today: dt.date
) -> list[str]:
    """Return the names of the sites that calls skip once numbers ended."""
    lines = lines_of_ending(numbers, last_day, today)
    return [line.site for line in lines if not line.goes_on]


def ended_line(site: Site, today: dt.date) -> str:
    """Return the main line of a site that calls do not go to; empty where they do."""
    line = main_line_of(site)
    is_ended = bool(line) and line in RULES[DIGITS](site.tenant, today)
    return line if is_ended else ""
