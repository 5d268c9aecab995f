"""The demo's network: carries each call through the plan its number had then."""

import datetime as dt
import json
import random
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from demo import phones
from numbers.models import GeographicNumber
from routing import decisions
from routing.decisions.facts import CustomerRouting
from routing.engine import Facts, call_record, resolve
from routing.models import Override, PlanVersion
from tenants.models import Tenant
from vms_portal.kernel.local_time import first_of_month, local_date

Json = dict[str, Any]
SECOND = dt.timedelta(seconds=1)


class Network:
    """Every number with its past versions and diversions. Needs system scope.

    Calendars, redirections and lists count as they are at ``now``.
    """

    def __init__(self, now: dt.datetime) -> None:
        self._worlds = {t.pk: CustomerRouting(t, now) for t in Tenant.objects.all()}
        self._plans: dict[tuple[object, ...], Json] = {}
        numbers = GeographicNumber.objects.select_related("site")
        self._numbers = _by_number(
            (number.e164, number)
            for number in numbers.prefetch_related("option_periods")
        )
        published = PlanVersion.objects.exclude(published_at=None)
        self._versions = _by_number(
            (version.number_id, version) for version in published.order_by("sequence")
        )
        self._overrides = _by_number(
            (override.number_id, override) for override in Override.objects.all()
        )

    def carry(
        self, e164: str, caller: str, at: dt.datetime, ordinal: int, dice: random.Random
    ) -> dict[str, str] | None:
        """Return what is noted of a call; None when the number was not in service."""
        day = local_date(at)
        in_service = [n for n in self._numbers.get(e164, ()) if n.is_in_service_on(day)]
        if not in_service:
            return None
        number = in_service[0]
        version, override = self._version(number, at), self._override(number, at)
        plan = self._plan(number, version, override, day)
        walk = resolve(plan, Facts(caller or None, ordinal), at.timestamp())
        course = phones.follow(walk, at + dice.randint(1, 3) * SECOND, dice)
        noted = call_record(walk)
        own = plan["numbers"][e164]
        above = own["emergency"] or own["override"] or own["continuity"]
        decided = version and not above and noted["treatment"] != "refused"
        return {
            "called": e164,
            "caller": caller,
            "started_at": _text(at),
            "ringing_at": _text(course.ringing_at),
            "answered_at": _text(course.answered_at),
            "ended_at": _text(course.ended_at),
            **{name: value or "" for name, value in noted.items()},
            "plan_version": str(version.sequence) if version and decided else "",
            "legs": json.dumps([_leg(moment, did) for moment, did in course.legs]),
        }

    def _version(self, number: GeographicNumber, at: dt.datetime) -> PlanVersion | None:
        """Return the version that was live at that moment."""
        live = [v for v in self._versions.get(number.pk, ()) if v.published_at <= at]
        return live[-1] if live else None

    def _override(self, number: GeographicNumber, at: dt.datetime) -> Override | None:
        for override in self._overrides.get(number.pk, ()):
            ends = [end for end in (override.until, override.ended_at) if end]
            if override.starts_at <= at and all(at < end for end in ends):
                return override
        return None

    def _plan(
        self,
        number: GeographicNumber,
        version: PlanVersion | None,
        override: Override | None,
        day: dt.date,
    ) -> Json:
        """Return the compiled plan; one serves a month of calls."""
        option = number.option_on(day) or "CLASSIC"
        month = first_of_month(day)
        key = number.pk, version and version.pk, override and override.pk, option, month
        if key not in self._plans:
            world = self._worlds[number.tenant_id].world(number)
            then = {
                "number": {**world["number"], "option": option},
                "document": version.document if version else None,
                "override": {"destination": override.destination} if override else None,
            }
            first = dt.datetime.combine(month, dt.time(), dt.UTC)
            self._plans[key] = decisions.compile_plan({**world, **then}, first)
        return self._plans[key]


def _by_number(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    grouped = defaultdict(list)
    for key, row in pairs:
        grouped[key].append(row)
    return grouped


def _leg(moment: dt.datetime, did: Json) -> Json:
    """Note one step when it ended; a step of another number's plan says whose."""
    return {"at": _text(moment), **{k: v for k, v in did.items() if k != "type"}}


def _text(at: dt.datetime | None) -> str:
    return at.isoformat() if at else ""
