"""All that bears on a customer's numbers, as the engine's JSON.

A customer's rows are read once, in a fixed number of queries; the world of each
number is then assembled in memory.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from numbers.models import DestinationPolicy, GeographicNumber, Line
from routing.models import (
    Announcement,
    Calendar,
    Override,
    PlanVersion,
    Queue,
    Redirection,
    RoutingSettings,
    ScreeningRule,
)
from tenants.models import Tenant
from vms_portal.kernel.local_time import local_date

Json = dict[str, Any]


class CustomerWorld:
    """What decides for the numbers of one customer at the instant ``now``."""

    def __init__(self, tenant: Tenant, now: dt.datetime) -> None:
        self.tenant, self.now = tenant, now
        self._read_numbers()
        self._read_forwarding()
        self._read_library()

    def world(self, number: GeographicNumber, document: Json | None = None) -> Json:
        """Return the engine's world for ``number``.

        ``document`` takes the place of the live version, for a draft.
        """
        own = self._plan(number)
        if document is not None:
            own["document"] = document
        head = {"e164": number.e164, "option": own.pop("option")}
        head |= {"suspended": own.pop("suspended"), "site": own.pop("site")}
        others = {
            other.e164: self._plan(other)
            for other in self.numbers
            if other.pk != number.pk
        }
        return {"number": head, **own, "numbers": others, **self._shared(number)}

    def live(self, number: GeographicNumber) -> PlanVersion | None:
        return self._live.get(number.pk)

    def override(self, number: GeographicNumber) -> Override | None:
        """Return the number's override if it is in force now."""
        found = self._overrides.get(number.pk)
        return found if found is not None and found.is_in_force(self.now) else None

    def redirections(self, number: GeographicNumber) -> dict[str, Redirection]:
        return self._redirections.get(number.pk, {})

    def is_touched(self, number: GeographicNumber) -> bool:
        """Tell whether anything but the number's own plan may decide for it."""
        return (
            number.suspended_at is not None
            or self.override(number) is not None
            or any(r.is_in_force(self.now) for r in self.redirections(number).values())
        )

    def calendar(self, slug: str) -> Json | None:
        return self._calendars.get(slug)

    def option(self, number: GeographicNumber) -> str:
        """Return the option in force today; a number without one is CLASSIC."""
        return number.option_on(local_date(self.now)) or "CLASSIC"

    def _read_numbers(self) -> None:
        today = local_date(self.now)
        self.numbers = list(
            GeographicNumber.objects.for_tenant(self.tenant)
            .in_service_on(today)
            .select_related("site")
            .prefetch_related("option_periods")
        )
        versions = PlanVersion.objects.for_tenant(self.tenant)
        live = versions.filter(state=PlanVersion.State.LIVE)
        self._live = {version.number_id: version for version in live}

    def _read_forwarding(self) -> None:
        overrides = Override.objects.for_tenant(self.tenant).filter(ended_at=None)
        self._overrides = {override.number_id: override for override in overrides}
        self._redirections: dict[int, dict[str, Redirection]] = defaultdict(dict)
        for redirection in Redirection.objects.for_tenant(self.tenant):
            self._redirections[redirection.number_id][redirection.kind] = redirection
        self._screening = list(ScreeningRule.objects.for_tenant(self.tenant))
        settings = RoutingSettings.objects.for_tenant(self.tenant).first()
        self.safety_destination = settings.safety_destination if settings else ""

    def _read_library(self) -> None:
        calendars = Calendar.objects.for_tenant(self.tenant)
        self._calendars = {item.slug: item.definition for item in calendars}
        self._announcements: dict[str, bool] = defaultdict(bool)
        for spoken in Announcement.objects.for_tenant(self.tenant):
            self._announcements[spoken.slug] |= bool(spoken.text.strip())
        queues = Queue.objects.for_tenant(self.tenant)
        self._queues = list(queues.values_list("slug", flat=True))
        lines = Line.objects.for_tenant(self.tenant).filter(is_main=True)
        self._sites = dict(lines.values_list("site__slug", "e164"))
        policy = DestinationPolicy.objects.for_tenant(self.tenant).first()
        self.policy = {
            "opt_in": list(policy.opt_in) if policy else [],
            "international": list(policy.international) if policy else [],
        }

    def _plan(self, number: GeographicNumber) -> Json:
        live = self._live.get(number.pk)
        override = self._overrides.get(number.pk)
        slug = number.site.slug
        return {
            "option": self.option(number),
            "suspended": number.suspended_at is not None,
            "site": slug if slug in self._sites else None,
            "document": live.document if live else None,
            "override": _window(override) if override else None,
            "continuity": {
                kind: _redirection(found)
                for kind, found in self._redirections[number.pk].items()
                if found.is_on
            },
        }

    def _shared(self, number: GeographicNumber) -> Json:
        rules = [r for r in self._screening if r.number_id in (None, number.pk)]
        block = [r.prefix for r in rules if r.kind == ScreeningRule.Kind.BLOCK]
        allow = [r.prefix for r in rules if r.kind == ScreeningRule.Kind.ALLOW]
        return {
            "calendars": self._calendars,
            "sites": self._sites,
            "announcements": dict(self._announcements),
            "queues": self._queues,
            "block": {"prefixes": [p for p in block if p], "withheld": "" in block},
            "allow": allow,
            "safety_destination": self.safety_destination or None,
            "policy": self.policy,
        }


def _window(override: Override) -> Json:
    until = override.until
    return {
        "destination": override.destination,
        "from": override.starts_at.isoformat(),
        "until": until.isoformat() if until else None,
    }


def _redirection(found: Redirection) -> Json:
    start, until = found.starts_at, found.until
    return {
        "destination": found.destination,
        "backup": found.backup or None,
        "after_s": found.after_s,
        "from": start.isoformat() if start else None,
        "until": until.isoformat() if until else None,
    }


def worlds_of(
    numbers: Iterable[GeographicNumber], now: dt.datetime
) -> dict[int, CustomerWorld]:
    """Return one world per customer among ``numbers``, by tenant id."""
    tenants = {number.tenant_id: number.tenant for number in numbers}
    return {pk: CustomerWorld(tenant, now) for pk, tenant in tenants.items()}
