"""What all numbers of a customer share, read in one statement.

Nine small tables as rows of (part, slot, content): one by one they would be
half of the statements of the page of a number.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from routing.decisions.ended_digits import ended_digits
from routing.plan.display_names import Names, by_slug
from tenants.models import Tenant

Json = dict[str, Any]
MOST_KNOWN = 12
# By hand: Django takes 4 ms to write it, at every request anew.
QUERY = """
SELECT 'calendar' AS part, name AS slot,
       jsonb_build_object('slug', slug, 'name', name, 'definition', definition)
         AS content
  FROM routing_calendar WHERE tenant_id = %(tenant)s
UNION ALL
SELECT 'announcement', name,
       jsonb_build_object('slug', slug, 'name', name, 'text', text)
  FROM routing_announcement WHERE tenant_id = %(tenant)s
UNION ALL
SELECT 'queue', name, jsonb_build_object('slug', slug, 'name', name)
  FROM routing_queue WHERE tenant_id = %(tenant)s
UNION ALL
SELECT 'site', site.name,
       jsonb_build_object('slug', site.slug, 'name', site.name, 'e164', line.e164)
  FROM numbers_site AS site
  LEFT JOIN numbers_line AS line ON line.site_id = site.id AND line.is_main
 WHERE site.tenant_id = %(tenant)s
UNION ALL
SELECT 'rule', prefix,
       jsonb_build_object('number', number_id, 'kind', kind, 'prefix', prefix)
  FROM routing_screeningrule WHERE tenant_id = %(tenant)s
UNION ALL
SELECT 'settings', '', jsonb_build_object('safety', safety_destination)
  FROM routing_routingsettings WHERE tenant_id = %(tenant)s
UNION ALL
SELECT 'policy', '',
       jsonb_build_object('opt_in', opt_in, 'international', international)
  FROM numbers_destinationpolicy WHERE tenant_id = %(tenant)s
UNION ALL
(SELECT 'ended', '', '{}'::jsonb FROM numbers_geographicnumber
  WHERE tenant_id = %(tenant)s AND released_on < %(today)s LIMIT 1)
UNION ALL
(SELECT 'known', max(first_used_at)::text, jsonb_build_object('e164', e164)
  FROM routing_knowndestination
 WHERE tenant_id = %(tenant)s AND starts_with(e164, '+')
 GROUP BY e164 ORDER BY max(first_used_at) DESC LIMIT %(most)s)
ORDER BY part, slot
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """Callers to refuse or to let through; ``number_id`` None: of every number."""

    number_id: int | None
    kind: str
    prefix: str


@dataclass(slots=True)
class SharedRows:
    """``sites``: the main lines by slug, in the order of the names of their sites.

    ``named`` holds (slug, name) by part.
    """

    calendars: dict[str, Json] = field(default_factory=dict)
    named: dict[str, list[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    announcements: dict[str, bool] = field(default_factory=lambda: defaultdict(bool))
    queues: list[str] = field(default_factory=list)
    sites: dict[str, str] = field(default_factory=dict)
    screening: list[Rule] = field(default_factory=list)
    safety_destination: str = ""
    # External destinations used before, the newest first.
    known: list[str] = field(default_factory=list)
    # Numbers that were the customer's, and that nobody chose as another's since.
    ended: list[str] = field(default_factory=list)
    policy: Json = field(default_factory=lambda: {"opt_in": [], "international": []})

    @property
    def names(self) -> Names:
        parts = ("site", "calendar", "announcement", "queue")
        return Names(*(by_slug(self.named[part]) for part in parts))


def read(tenant: Tenant, today: dt.date) -> SharedRows:
    """Return the customer's shared rows.

    Digits that ended are asked for where numbers did: the planner takes as long for
    them as for all the rest.
    """
    values: dict[str, Any] = {"tenant": tenant.pk, "most": MOST_KNOWN, "today": today}
    with connection.cursor() as cursor:
        cursor.execute(QUERY, values)
        rows = cursor.fetchall()
    parts = [(part, json.loads(content)) for part, _slot, content in rows]
    shared = _gathered(parts)
    if any(part == "ended" for part, _ in parts):
        shared.ended = sorted(ended_digits(tenant, today))
    return shared


def _gathered(rows: Iterable[tuple[str, Json]]) -> SharedRows:
    shared = SharedRows()
    for part, content in rows:
        if "name" in content:
            shared.named[part].append((content["slug"], content["name"]))
        if part == "calendar":
            shared.calendars[content["slug"]] = content["definition"]
        elif part == "announcement":
            shared.announcements[content["slug"]] |= bool(content["text"].strip())
        elif part == "queue":
            shared.queues.append(content["slug"])
        elif part == "site" and content["e164"]:
            shared.sites[content["slug"]] = content["e164"]
        elif part == "rule":
            rule = Rule(content["number"], content["kind"], content["prefix"])
            shared.screening.append(rule)
        elif part == "known":
            shared.known.insert(0, content["e164"])
        elif part == "settings":
            shared.safety_destination = content["safety"]
        elif part == "policy":
            shared.policy = content
    return shared
