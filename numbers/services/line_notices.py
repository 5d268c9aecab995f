"""What is mailed when staff change where sites ring."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from numbers.addresses import numbers_address
from numbers.models import Site
from tenants.models import Notice
from tenants.services.notices import Letter, tell_administrators, writes
from vms_portal.kernel.formatting import day_words, display, first_named

LINES = "sites.lines"

# A site's name, its line before and after, and whether calls that name it go there.
ToldLine = tuple[str, str, str, bool]


def tell_of_lines(
    site: Site,
    lines: Sequence[ToldLine],
    now: dt.datetime,
    reason: str,
    last_days: Mapping[str, dt.date],
) -> None:
    """Write where sites of one customer ring.

    ``last_days`` are those of lines that are numbers of theirs which end.
    """
    ends = {line: day.isoformat() for line, day in last_days.items()}
    told = {"lines": lines, "reason": reason, "last_days": ends}
    tell_administrators(LINES, tenant=site.tenant, about=site.pk, now=now, detail=told)


def _rows(lines: Iterable[ToldLine], ends: Mapping[str, str]) -> str:
    """Name every line: sites that are told the same of share a row, lines never do."""
    sites: dict[tuple[str, str], list[str]] = {}
    for site, before, after, _rings in lines:
        sites.setdefault((before, after), []).append(site)
    return "\n".join(
        f"- {_row(', '.join(first_named(names)), *line, ends.get(line[1], ''))}"
        for line, names in sites.items()
    )


def _row(sites: str, before: str, after: str, last_day: str) -> str:
    if before == after:
        told = _("%(site)s: %(after)s")
        if last_day:
            told = _("%(site)s: %(after)s until %(day)s")
    elif not after:
        told = _(
            "%(site)s: no line any more, each of its numbers has its own "
            "(before: %(before)s)"
        )
    elif last_day:
        told = _("%(site)s: %(after)s until %(day)s (before: %(before)s)")
    else:
        told = _("%(site)s: %(after)s (before: %(before)s)")
    return told % {
        "site": sites,
        "before": display(before) or _("no line"),
        "after": display(after),
        "day": day_words(dt.date.fromisoformat(last_day)) if last_day else "",
    }


@writes(LINES)
def _lines(notice: Notice) -> Letter:
    # Mails of before say nothing of sites that calls skip: there were none.
    lines = [(*line, True)[:4] for line in notice.detail["lines"]]
    others = [line for line in lines if line[1] != line[2]]
    again = [line for line in lines if line[1] == line[2] and line[3]]
    skipped = [line for line in lines if not line[3]]
    subject = _("Sites of %(customer)s ring other lines")
    if not others:
        subject = _("Calls go to lines of sites of %(customer)s again")
    values = {
        "customer": notice.tenant.name,
        "reason": notice.detail["reason"] or "-",
        "url": numbers_address([]),
    }
    ends = notice.detail.get("last_days", {})
    told = [
        text % {**values, "lines": _rows(rows, ends)}
        for text, rows in (
            (_others_told(), others),
            (_again_told(), again),
            (_skipped_told(), skipped),
        )
        if rows
    ]
    end = _(
        "Reason: %(reason)s\n\nIf this is not right, call us at once. "
        "Your numbers: %(url)s"
    )
    return Letter(subject % values, "\n\n".join([*told, end % values]))


def _others_told() -> str:
    return _(
        "Our staff changed the main lines of sites of %(customer)s; numbers, plans and "
        "diversions that ring such a site now ring this line:\n\n%(lines)s"
    )


def _again_told() -> str:
    return _(
        "Plans and diversions of %(customer)s that name one of these sites, or its "
        "line, go to the line again. They went their next way, as it was a number of "
        "%(customer)s that ended; our staff chose it anew:\n\n%(lines)s"
    )


def _skipped_told() -> str:
    return _(
        "Plans and diversions of %(customer)s that name one of these sites, or its "
        "line, now go their next way, as it was a number of %(customer)s that ended "
        "and is no longer chosen:\n\n%(lines)s"
    )
