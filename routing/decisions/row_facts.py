"""What bears on a number's calls, row by row, as the engine's JSON."""

from typing import Any

from numbers.models import GeographicNumber
from routing.decisions.facts_query import SharedRows
from routing.models import Override, Redirection, ScreeningRule

Json = dict[str, Any]


def override_json(override: Override) -> Json:
    until = override.until
    return {
        "destination": override.destination,
        "from": override.starts_at.isoformat(),
        "until": until.isoformat() if until else None,
    }


def redirection_json(redirection: Redirection) -> Json:
    start, until = redirection.starts_at, redirection.until
    return {
        "destination": redirection.destination,
        "backup": redirection.backup or None,
        "after_s": redirection.after_s,
        "from": start.isoformat() if start else None,
        "until": until.isoformat() if until else None,
    }


def shared_json(shared: SharedRows, number: GeographicNumber) -> Json:
    """Return what the customer's numbers share, with the callers refused here."""
    rules = [rule for rule in shared.screening if rule.number_id in (None, number.pk)]
    block = [r.prefix for r in rules if r.kind == ScreeningRule.Kind.BLOCK]
    allow = [r.prefix for r in rules if r.kind == ScreeningRule.Kind.ALLOW]
    return {
        "calendars": shared.calendars,
        "sites": shared.sites,
        "announcements": dict(shared.announcements),
        "queues": shared.queues,
        "block": {"prefixes": [p for p in block if p], "withheld": "" in block},
        "allow": allow,
        "safety_destination": shared.safety_destination or None,
        "policy": shared.policy,
        "ended": shared.ended,
    }
