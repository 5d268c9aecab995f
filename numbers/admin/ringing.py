"""Where numbers ring once their site, or its line, is another: said before it is."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from numbers.models import GeographicNumber, Site
from numbers.services.elsewhere import calls_elsewhere
from numbers.services.lines import LineChange
from vms_portal.kernel.formatting import day_words, display, first_named
from vms_portal.kernel.local_time import local_date

# Numbers by what is said of where their calls go.
Told = dict[str, list[str]]


def where_it_rings(number: GeographicNumber, form: Any) -> list[str]:
    """Say where a number that moves to another site rings; nothing where none does."""
    if "site" not in form.changed_data:
        return []
    site = form.cleaned_data["site"]
    line = site.lines.filter(is_main=True).first()
    values = {
        "number": display(number.e164),
        "site": site,
        "line": display(line.e164) if line else "",
    }
    today = local_date(timezone.now())
    if number.has_ended_by(today):
        return [
            _("%(number)s has ended: calls to it ring no line of %(site)s.") % values
        ]
    e164 = line.e164 if line else ""
    elsewhere = calls_elsewhere([number], site, e164, timezone.now()).get(number.pk)
    if elsewhere is not None:
        told = _elsewhere_told(
            number, today, can_ring=elsewhere.can_ring, has_line=bool(e164)
        )
        return [told % {**values, "where": elsewhere.where}]
    if line is None:
        # As the customer's page says: no line of the site stands for its own.
        told = _(
            "%(site)s has no main line: while it is in service, %(number)s rings its "
            "own line."
        )
        return [told % values]
    first = number.serves_from()
    if number.suspended_at is not None:
        told = _(
            "%(number)s is suspended: once it is resumed, it rings %(line)s of "
            "%(site)s while it is in service."
        )
    elif number.is_waiting_on(today):
        told = _(
            "%(number)s waits for its contract: calls that come to it ring %(line)s of "
            "%(site)s at once."
        )
    elif first is None:
        told = _("%(number)s rings %(line)s of %(site)s once its contract begins.")
    elif first > today:
        told = _("%(number)s rings %(line)s of %(site)s from its first day, %(day)s.")
        values["day"] = day_words(first)
    else:
        told = _("%(number)s rings %(line)s of %(site)s at once.")
    return [told % values]


def _elsewhere_told(
    number: GeographicNumber, today: dt.date, *, can_ring: bool, has_line: bool
) -> str:
    """Return the sentence for a number whose calls something else decides for."""
    first = number.serves_from()
    is_later = (first is None or first > today) and not number.is_waiting_on(today)
    is_suspended = number.suspended_at is not None
    if is_later and not is_suspended:
        return _(
            "Once it is in service, something else than its site decides where calls "
            "to %(number)s go: %(where)s"
        )
    if can_ring:
        return _can_ring_told(has_line=has_line, is_suspended=is_suspended)
    if is_suspended:
        return _(
            "%(number)s is suspended. As things stand, it does not ring the line of "
            "%(site)s once it is resumed: %(where)s"
        )
    return _(
        "Calls to %(number)s go on as they do, and do not ring the line of %(site)s "
        "now: %(where)s"
    )


def _can_ring_told(*, has_line: bool, is_suspended: bool) -> str:
    if not has_line:
        return _(
            "%(site)s has no main line: while it is in service, calls to %(number)s "
            "can ring its own line. %(where)s"
        )
    if is_suspended:
        return _(
            "%(number)s is suspended: once it is resumed, calls to it can ring "
            "%(line)s of %(site)s while it is in service. %(where)s"
        )
    return _("Calls to %(number)s can ring %(line)s of %(site)s: %(where)s")


def line_words(
    site: Site, before: str, after: str, numbers: Sequence[GeographicNumber]
) -> list[str]:
    """Say what numbers in service and the plans do once the main line is another."""
    values = {"site": site, "before": display(before), "after": display(after)}
    if before == after:
        # That a site's own numbers ring its line is judged nowhere.
        again = _(
            "Plans and diversions that name %(site)s or %(after)s go there again, at "
            "once."
        )
        own = _(
            "Numbers that ring %(after)s as the line of their site go on as they do."
        )
        return [again % values, own % values]
    can, others = _not_first(numbers, site, after)
    count = len(numbers) - _count(can) - _count(others)
    first = [_line_told(before, after, count) % {**values, "count": count}]
    if after:
        plans = _("Plans and diversions that name the site ring there, too.")
    else:
        plans = _("Plans and diversions that name the site go their next way.")
    return [
        *(first if count or not can else []),
        *_listed(_can_told(after, _count(can)), can, values),
        *_listed(_others_told(_count(others)), others, values),
        plans,
    ]


def _line_told(before: str, after: str, count: int) -> str:
    if count == 0 and after:
        return _("The line of %(site)s is %(after)s: none of its numbers rings it now.")
    if count == 0:
        return _("%(site)s has no line any more: none of its numbers rings one now.")
    if not after:
        return ngettext(
            "%(count)d number of %(site)s rings its own line: the site has none any "
            "more.",
            "%(count)d numbers of %(site)s ring their own lines: the site has none any "
            "more.",
            count,
        )
    if not before:
        return ngettext(
            "%(count)d number of %(site)s rings %(after)s at once, no longer its own "
            "line.",
            "%(count)d numbers of %(site)s ring %(after)s at once, no longer their own "
            "lines.",
            count,
        )
    return ngettext(
        "%(count)d number of %(site)s rings %(after)s at once, no longer %(before)s.",
        "%(count)d numbers of %(site)s ring %(after)s at once, no longer %(before)s.",
        count,
    )


def _can_told(after: str, count: int) -> str:
    if not after:
        return ngettext(
            "Calls to %(count)d number of %(site)s, which has no line any more, can "
            "ring its own line:",
            "Calls to %(count)d numbers of %(site)s, which has no line any more, can "
            "ring their own lines:",
            count,
        )
    return ngettext(
        "Calls to %(count)d number of %(site)s can ring %(after)s:",
        "Calls to %(count)d numbers of %(site)s can ring %(after)s:",
        count,
    )


def _others_told(count: int) -> str:
    return ngettext(
        "Calls to %(count)d number of %(site)s go on as they do:",
        "Calls to %(count)d numbers of %(site)s go on as they do:",
        count,
    )


def others_words(others: Sequence[LineChange]) -> list[str]:
    """Say which other sites ring again, or not any more, as they share the digits."""
    found: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for other in others:
        found[other.after, other.rings].append(other.site.name)
    return [
        _other_told(len(sites), rings=rings)
        % {"line": display(line), "sites": ", ".join(first_named(sites))}
        for (line, rings), sites in found.items()
    ]


def _other_told(count: int, *, rings: bool) -> str:
    if rings:
        return ngettext(
            "%(line)s is the line of %(sites)s, too: plans and diversions that name "
            "that site go there again as well.",
            "%(line)s is the line of %(sites)s, too: plans and diversions that name "
            "those sites go there again as well.",
            count,
        )
    return ngettext(
        "%(line)s stays the line of %(sites)s, but was a number of the customer, which "
        "ended: plans and diversions that name that site go their next way.",
        "%(line)s stays the line of %(sites)s, but was a number of the customer, which "
        "ended: plans and diversions that name those sites go their next way.",
        count,
    )


def _not_first(
    numbers: Sequence[GeographicNumber], site: Site, line: str
) -> tuple[Told, Told]:
    """Return the numbers that something else decides for.

    Those whose calls can ring the line all the same, and those whose calls do not.
    """
    elsewhere = calls_elsewhere(numbers, site, line, timezone.now())
    can: Told = defaultdict(list)
    others: Told = defaultdict(list)
    for number in numbers:
        found = elsewhere.get(number.pk)
        if number.suspended_at is not None:
            suspended = _("Suspended: calls are not connected.")
            others[suspended].append(display(number.e164))
        elif found is not None:
            told = can if found.can_ring else others
            told[found.where].append(display(number.e164))
    return can, others


def _count(told: Told) -> int:
    return sum(map(len, told.values()))


def _listed(text: str, told: Told, values: Mapping[str, object]) -> list[str]:
    """Return a sentence and the numbers it is about; nothing where there are none."""
    if not told:
        return []
    rows = [
        _("%(numbers)s: %(where)s")
        % {"numbers": ", ".join(first_named(e164s)), "where": where}
        for where, e164s in told.items()
    ]
    return [text % {**values, "count": _count(told)}, *first_named(rows)]
