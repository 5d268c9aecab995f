"""The versions of what numbers share, in words, for the pages that show them."""

from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from routing.engine.calendars import DAYS
from routing.forms.library import MODES, hours_text
from routing.models import ScreeningRule, SharedVersion
from routing.plan.display_names import Names
from routing.services.history import rules_of
from routing.words.destinations import words
from tenants.models import Member
from vms_portal.kernel.formatting import colon, display

Json = dict[str, Any]
Kind = SharedVersion.Kind
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """One version; ``lines`` say what it held, ``newest`` is the one in force."""

    version: SharedVersion
    lines: list[str]
    newest: int

    @property
    def is_newest(self) -> bool:
        return self.version.sequence == self.newest

    @property
    def fields(self) -> list[tuple[str, int]]:
        """What the question before going back sends along."""
        return [("newest", self.newest)]


def kept(member: Member, kind: str, names: Names, key: str = "") -> list[Kept]:
    """Return the newest versions first, for who sees every number."""
    if not member.sees_all_numbers:
        return []
    mine = SharedVersion.objects.visible_to(member).filter(kind=kind, key=key)
    versions = list(mine.select_related("saved_by").order_by("-sequence")[:SHOWN])
    newest = versions[0].sequence if versions else 0
    return [Kept(row, _lines(row, names), newest) for row in versions]


def _lines(version: SharedVersion, names: Names) -> list[str]:
    content = version.content
    if version.kind == Kind.CALENDAR:
        return _calendar(content)
    if version.kind == Kind.ANNOUNCEMENT:
        texts = sorted(content["texts"].items())
        return [
            content["name"],
            *(f"{code.upper()}{colon()} {text}" for code, text in texts),
        ]
    if version.kind == Kind.SAFETY:
        place = content["destination"]
        return [words(place, names) if place else _("a last announcement only")]
    return [_rule(rule) for rule in rules_of(version)] or [_("no rule")]


def _calendar(content: Json) -> list[str]:
    definition = content["definition"]
    weekly = definition.get("weekly", {})
    week = [
        f"{WEEKDAYS_ABBR[number]} {hours_text(weekly[day])}"
        for number, day in enumerate(DAYS)
        if weekly.get(day)
    ]
    count = len(definition.get("special", []))
    special = ngettext("%(n)s special day", "%(n)s special days", count) % {"n": count}
    closed = _("closed on public holidays") if definition.get("holidays") else ""
    mode = definition.get("mode", "auto")
    shown = week or [_("closed")]
    if mode != "auto":
        shown = [str(dict(MODES).get(mode, mode))]
    more = [closed, special if count else ""]
    return [content["name"], " · ".join(shown), *filter(None, more)]


def _rule(rule: Json) -> str:
    kind = ScreeningRule.Kind(rule["kind"]).label
    callers = display(rule["prefix"]) if rule["prefix"] else _("Withheld numbers")
    number = display(rule["number"]) if rule["number"] else _("any of your numbers")
    values = {"kind": kind, "callers": callers, "number": number}
    return _("%(callers)s to %(number)s: %(kind)s") % values
