"""All that bears on a customer's numbers, as the engine's JSON.

The world of each number is assembled in memory, of rows that are read once.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from numbers.destinations.allowed import refusal
from numbers.models import GeographicNumber
from routing import decisions, engine
from routing.decisions.customer_rows import CustomerRows
from routing.decisions.ended_digits import ended_digits
from routing.decisions.row_facts import override_json, redirection_json, shared_json
from routing.models import PlanVersion, Redirection
from tenants.models import Member, Tenant
from vms_portal.kernel.local_time import local_date, midnight
from vms_portal.kernel.telephony import E164

Json = dict[str, Any]


class CustomerRouting(CustomerRows):
    """What decides for the numbers of one customer at the instant ``now``.

    Of others than ``only`` or ``among`` nothing is read unless calls can reach them.
    ``shown_to`` is who is told of it: of a number they do not see nobody tells them
    what its calls do, so that it is a number like any outside.
    """

    def __init__(
        self,
        tenant: Tenant,
        now: dt.datetime,
        *,
        only: GeographicNumber | None = None,
        among: Collection[GeographicNumber] | None = None,
        versions: Sequence[PlanVersion] | None = None,
        undocumented: Collection[int] = (),
        options: Mapping[int, str | None] | None = None,
        shown_to: Member | None = None,
    ) -> None:
        super().__init__(
            tenant,
            now,
            only=only,
            among=among,
            versions=versions,
            undocumented=undocumented,
            options=options,
        )
        self._shown_to = shown_to
        self._known_reach: dict[frozenset[str], bool] = {}
        self._judged: dict[str, bool] = {}
        self._known_rules: dict[int, Json] = {}
        self._later: dict[dt.date, CustomerRouting] = {}

    def world(
        self,
        number: GeographicNumber,
        document: Json | None = None,
        *,
        alone: bool = False,
    ) -> Json:
        """Return the engine's world for ``number``.

        ``document`` takes the place of the live version, for a draft. ``alone``
        leaves the customer's other numbers out.
        """
        own = self._plan(number)
        if document is not None:
            own["document"] = document
        others = {} if alone else self._shown(self._others(number, own))
        head = {"e164": number.e164, "option": own.pop("option")}
        head |= {"suspended": own.pop("suspended"), "site": own.pop("site")}
        return {
            "number": head,
            **own,
            "numbers": others,
            **shared_json(self.shared, number),
        }

    def _others(self, number: GeographicNumber, own: Json) -> dict[str, Json]:
        if self.only is not None and not self._reaches_others(number, own):
            return {}
        plans = dict(self._whole._plans)
        plans.pop(number.e164, None)
        return plans

    def _shown(self, others: dict[str, Json]) -> dict[str, Json]:
        if self._shown_to is None or self._shown_to.sees_all_numbers or not others:
            return others
        seen = GeographicNumber.objects.visible_to(self._shown_to)
        # Those that ended show nothing of one that has their digits now.
        seen = seen.in_service_on(local_date(self.now))
        e164s = set(seen.filter(e164__in=others).values_list("e164", flat=True))
        return {e164: plan for e164, plan in others.items() if e164 in e164s}

    def _reaches_others(self, number: GeographicNumber, own: Json) -> bool:
        named = self._named(number, own)
        if not named or self.only is None:
            return bool(named and named & self._own_numbers)
        if named not in self._known_reach:
            mine = GeographicNumber.objects.for_tenant(self.tenant)
            self._known_reach[named] = mine.filter(e164__in=named).exists()
        return self._known_reach[named]

    def _named(self, number: GeographicNumber, own: Json) -> frozenset[str]:
        written = json.dumps([own, self.safety_destination])
        return frozenset(E164.findall(written)) - {number.e164}

    @cached_property
    def _whole(self) -> "CustomerRouting":
        """All of the customer's numbers, with what was read of one already."""
        if self.only is None and self._among is None:
            return self
        whole = CustomerRouting(self.tenant, self.now)
        whole.shared = self.shared
        return whole

    def nearby(
        self,
        number: GeographicNumber,
        document: Json | None = None,
        *,
        hides: bool = False,
    ) -> Json:
        """Return the world of ``number`` with the numbers its calls can meet alone.

        The same is decided in it; a list asks this of hundreds. What is told to
        ``shown_to`` ``hides`` the numbers they do not see.
        """
        world = self.world(number, document, alone=True)
        own = {**self._plan(number), "document": world["document"]}
        if self.only is None:
            others = self._whole._met(self._named(number, own))
        else:
            others = self._others(number, own)
        return {**world, "numbers": self._shown(others) if hides else others}

    def _met(self, named: frozenset[str]) -> dict[str, Json]:
        met: dict[str, Json] = {}
        waiting = set(named & self._own_numbers)
        while waiting:
            e164 = waiting.pop()
            if e164 in self._plans and e164 not in met:
                met[e164] = self._plans[e164]
                waiting |= self._names[e164] & self._own_numbers
        return met

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        return {n.e164: self._named(n, self._plans[n.e164]) for n in self.numbers}

    def left_out(self, number: GeographicNumber) -> dict[str, str]:
        """Return where the number's calls do not go (any more), and why."""
        return decisions.left_out(self.nearby(number))

    def as_of(self, day: dt.date) -> "CustomerRouting":
        """Return the customer as of the beginning of a later day.

        Its rows were read already; of digits that are no longer theirs by then it
        asks whether they were chosen since, as somebody else's.
        """
        if day not in self._later:
            at, whole = midnight(day), self._whole
            later = CustomerRouting(self.tenant, at, shown_to=self._shown_to)
            later.take_rows(whole)
            later.numbers = [n for n in self._ahead if n.is_in_service_on(day)]
            later.shared = replace(whole.shared, ended=self._ended_by(day))
            self._later[day] = later
        return self._later[day]

    def as_of_service(self, number: GeographicNumber) -> "CustomerRouting":
        """Return the customer as of the day from which the number's calls are sent."""
        if number.activated_on <= local_date(self.now):
            return self
        return self.as_of(number.activated_on)

    def _ended_by(self, day: dt.date) -> list[str]:
        """Return the digits that are the customer's no more on a later day."""
        # Of all others it is known today that they are not.
        may_end = any(n.has_ended_by(day) for n in self._ahead)
        if not self._whole.shared.ended and not may_end:
            return []
        return sorted(ended_digits(self.tenant, day))

    def ahead(
        self, number: GeographicNumber, document: Json | None = None
    ) -> list[GeographicNumber]:
        """Return what its calls can meet, in service today or on a later day."""
        own = self._plan(number)
        own["document"] = own["document"] if document is None else document
        if not self._reaches_others(number, own):
            return []
        met, waiting = set(), set(self._named(number, own))
        while waiting:
            e164 = waiting.pop()
            met.add(e164)
            waiting |= self._named_ahead.get(e164, set()) - met
        return [n for n in self._ahead if n.e164 in met]

    @cached_property
    def _named_ahead(self) -> dict[str, set[str]]:
        """Two rows may have the same digits, one after the other."""
        named: dict[str, set[str]] = defaultdict(set)
        for number in self._ahead:
            plan = self._whole._plan(number)
            named[number.e164] |= self._named(number, plan)
        return named

    @cached_property
    def _ahead(self) -> list[GeographicNumber]:
        mine = GeographicNumber.objects.for_tenant(self.tenant)
        coming = mine.filter(activated_on__gt=local_date(self.now))
        related = coming.select_related("site").prefetch_related("option_periods")
        return [*self._whole.numbers, *related]

    @cached_property
    def _plans(self) -> dict[str, Json]:
        return {number.e164: self._plan(number) for number in self.numbers}

    def may_send_to(self, destination: str) -> bool:
        """Tell whether a destination that was chosen once may be chosen now."""
        if destination not in self._judged:
            self._judged[destination] = self._is_open(destination)
        return self._judged[destination]

    def _is_open(self, destination: str) -> bool:
        kind, _, name = destination.partition(":")
        called = self.shared.sites.get(name) if kind == "site" else destination
        if called is None:
            return False
        if not called.startswith("+"):
            return True
        # Numbers of their own are Belgian ones, which every customer may call.
        refused = refusal(called, **self.shared.policy)
        return refused is None and called not in self.shared.ended

    def rules(self, number: GeographicNumber) -> Json:
        """Return what tells who is in charge of the number's calls.

        Only the numbers it names bear on it: a list asks this of hundreds.
        """
        if number.pk not in self._known_rules:
            rules = engine.plain_rules(self._switches(number))
            if rules is None:
                rules = decisions.rules(self.nearby(number))
            self._known_rules[number.pk] = rules
        return self._known_rules[number.pk]

    def is_plain(self, number: GeographicNumber) -> bool:
        """Tell whether calls of the number know nothing but its own line."""
        rules = engine.plain_rules(self._switches(number))
        return rules is not None and not rules["document"]

    def in_charge(self, number: GeographicNumber) -> str:
        """Return what decides for the number now, as ``routing.engine`` names it."""
        return engine.in_charge(self.rules(number), self.now.timestamp())

    def standing(self, number: GeographicNumber) -> list[Redirection]:
        """Return the redirections in force that are served."""
        served = engine.standing(self.rules(number), self.now.timestamp())
        return [self.redirections(number)[kind] for kind in served]

    def _plan(self, number: GeographicNumber) -> Json:
        slug = number.site.slug
        site = slug if slug in self.shared.sites else None
        return {"site": site, **self._switches(number)}

    def _switches(self, number: GeographicNumber) -> Json:
        """Return the number's own part; what all share is not read for it."""
        live = self._live.get(number.pk)
        override = self._overrides.get(number.pk)
        option = self.option(number)
        return {
            "option": option,
            "suspended": number.suspended_at is not None,
            "document": live.document if live else None,
            "override": override_json(override) if override else None,
            "continuity": self._continuity(number, option),
        }

    def _continuity(self, number: GeographicNumber, option: str) -> Json:
        """Return the redirections in force; of another option none is looked up."""
        if option != "VOICE_CONTINUITY":
            return {}
        return {
            kind: redirection_json(redirection)
            for kind, redirection in self.redirections(number).items()
            if redirection.stands(self.now)
        }
