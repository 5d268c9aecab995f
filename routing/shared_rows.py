"""What all numbers of a customer share, read in one statement.

Eight small tables as rows of (part, slot, content): one by one they would be
half of the statements of the page of a number.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject

from numbers.models import DestinationPolicy, Line
from routing.models import (
    Announcement,
    Calendar,
    KnownDestination,
    Queue,
    RoutingSettings,
    ScreeningRule,
)
from tenants.models import Tenant

Json = dict[str, Any]
MOST_KNOWN = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """Callers to refuse or to let through; ``number_id`` None: of every number."""

    number_id: int | None
    kind: str
    prefix: str


@dataclass(slots=True)
class SharedRows:
    """``sites``: the main lines by slug, in the order of the names of their sites."""

    calendars: dict[str, Json] = field(default_factory=dict)
    calendar_names: dict[str, str] = field(default_factory=dict)
    announcements: dict[str, bool] = field(default_factory=lambda: defaultdict(bool))
    queues: list[str] = field(default_factory=list)
    sites: dict[str, str] = field(default_factory=dict)
    screening: list[Rule] = field(default_factory=list)
    safety_destination: str = ""
    # External destinations used before, the newest first.
    known: list[str] = field(default_factory=list)
    policy: Json = field(default_factory=lambda: {"opt_in": [], "international": []})


def read(tenant: Tenant) -> SharedRows:
    """Return the customer's shared rows."""
    known = KnownDestination.objects.filter(tenant=tenant)
    newest = _named(known, "known", "first_used_at", {"e164": "e164"})
    parts = [newest.order_by("-first_used_at")[:MOST_KNOWN]]
    for part, rows, slot, content in PARTS:
        parts.append(_named(rows.filter(tenant=tenant), part, slot, content))
    found = parts[0].union(*parts[1:], all=True).order_by("row_part", "row_slot")
    return _gathered(found)


PARTS: tuple[tuple[str, QuerySet[Any], str, dict[str, str]], ...] = (
    (
        "calendar",
        Calendar.objects.all(),
        "slug",
        {"definition": "definition", "name": "name"},
    ),
    ("announcement", Announcement.objects.all(), "slug", {"text": "text"}),
    ("queue", Queue.objects.all(), "name", {"slug": "slug"}),
    (
        "line",
        Line.objects.filter(is_main=True),
        "site__name",
        {"slug": "site__slug", "e164": "e164"},
    ),
    (
        "rule",
        ScreeningRule.objects.all(),
        "prefix",
        {"number": "number_id", "kind": "kind", "prefix": "prefix"},
    ),
    ("settings", RoutingSettings.objects.all(), "pk", {"safety": "safety_destination"}),
    (
        "policy",
        DestinationPolicy.objects.all(),
        "pk",
        {"opt_in": "opt_in", "international": "international"},
    ),
)


def _named(
    rows: QuerySet[Any], part: str, slot: str, content: dict[str, str]
) -> QuerySet[Any, tuple[str, str, Json]]:
    named = rows.order_by().annotate(
        row_part=Value(part),
        row_slot=Cast(F(slot), TextField()),
        row_content=JSONObject(**content),
    )
    return named.values_list("row_part", "row_slot", "row_content")


def _gathered(rows: Iterable[tuple[str, str, Json]]) -> SharedRows:
    shared = SharedRows()
    for part, slot, content in rows:
        if part == "calendar":
            shared.calendars[slot] = content["definition"]
            shared.calendar_names[slot] = content["name"]
        elif part == "announcement":
            shared.announcements[slot] |= bool(content["text"].strip())
        elif part == "queue":
            shared.queues.append(content["slug"])
        elif part == "line":
            shared.sites[content["slug"]] = content["e164"]
        elif part == "rule":
            rule = Rule(content["number"], content["kind"], content["prefix"])
            shared.screening.append(rule)
        elif part == "known":
            shared.known.insert(0, content["e164"])
        elif part == "settings":
            shared.safety_destination = content["safety"]
        else:
            shared.policy = content
    return shared
