"""The rows of one customer that bear on its calls.

Each kind is read once, when it is first asked for, in a fixed number of queries.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet

from numbers.models import GeographicNumber
from routing.decisions import facts_query
from routing.models import Override, PlanVersion, Redirection
from routing.plan.display_names import Names
from tenants.models import Tenant
from vms_portal.kernel.local_time import local_date

# The last diversions of one number, enough to offer their destinations again.
LAST = 5
ROWS_OF_ANY_DAY = (
    "_live",
    "_override_rows",
    "_redirections",
    "_own_numbers",
)


class CustomerRows:
    """What is stored of a customer's numbers at the instant ``now``.

    ``only`` is the one number that matters, of a thousand others perhaps; ``among``
    are the few of a page.
    ``versions`` are versions of its plan that were read already, its live one among
    them if it has one. The numbers whose keys are ``undocumented`` are taken for
    numbers without a plan. ``options`` are those in force now, as
    far as they were read already; None there is a number without one.
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
    ) -> None:
        self.tenant, self.now = tenant, now
        self.only, self._versions = only, versions
        # Their keys: Django looks at each of fifty numbers several times.
        self._among = None if among is None else [number.pk for number in among]
        self._undocumented = undocumented
        self._options = options or {}

    def take_rows(self, other: "CustomerRows") -> None:
        """Take what was read as of another day, where it is the same on any."""
        for rows in ROWS_OF_ANY_DAY:
            setattr(self, rows, getattr(other, rows))

    def live(self, number: GeographicNumber) -> PlanVersion | None:
        return self._live.get(number.pk)

    def override(self, number: GeographicNumber) -> Override | None:
        """Return the number's override if it is in force now."""
        override = self._overrides.get(number.pk)
        return override if override and override.is_in_force(self.now) else None

    def redirections(self, number: GeographicNumber) -> dict[str, Redirection]:
        return self._redirections.get(number.pk, {})

    def option(self, number: GeographicNumber) -> str:
        """Return the option in force today, of a number that begins later its first.

        A number without one is CLASSIC.
        """
        if number.pk in self._options:
            return self._options[number.pk] or "CLASSIC"
        day = number.in_service_from(local_date(self.now))
        return number.option_on(day) or "CLASSIC"

    def last_destinations(self) -> list[str]:
        """Return where the one number was diverted, the newest first."""
        rows = sorted(self._override_rows, key=lambda row: row.starts_at, reverse=True)
        return [row.destination for row in rows[:LAST]]

    @property
    def safety_destination(self) -> str:
        return self.shared.safety_destination

    @cached_property
    def names(self) -> Names:
        return self.shared.names

    @cached_property
    def shared(self) -> facts_query.SharedRows:
        return facts_query.read(self.tenant, local_date(self.now))

    @cached_property
    def numbers(self) -> list[GeographicNumber]:
        return list(
            GeographicNumber.objects.for_tenant(self.tenant)
            .in_service_on(local_date(self.now))
            .select_related("site")
            .prefetch_related("option_periods")
        )

    @cached_property
    def _own_numbers(self) -> frozenset[str]:
        """Their digits alone: most destinations are none of them."""
        mine = GeographicNumber.objects.for_tenant(self.tenant).order_by()
        return frozenset(mine.values_list("e164", flat=True))

    @cached_property
    def _live(self) -> dict[int, PlanVersion]:
        rows: Iterable[PlanVersion]
        if self._versions is not None:
            rows = [v for v in self._versions if v.state == PlanVersion.State.LIVE]
        else:
            mine = self._mine(PlanVersion).filter(state=PlanVersion.State.LIVE)
            # One of a number: in the model's own order it would join the numbers.
            rows = mine.order_by()
        live = {version.number_id: version for version in rows}
        return {pk: live[pk] for pk in live.keys() - set(self._undocumented)}

    @cached_property
    def _override_rows(self) -> list[Override]:
        """The open ones; of one number the last as well, in the same statement."""
        mine = self._mine(Override)
        if self.only is None:
            return list(mine.filter(ended_at=None))
        newest = mine.order_by(F("ended_at").desc(nulls_first=True))
        # Who made them is told of the one in force: a join of people is dear.
        return list(newest[: LAST + 1])

    @cached_property
    def _overrides(self) -> dict[int, Override]:
        """Those that are not over: one that is sends no call round."""
        rows = (row for row in self._override_rows if row.ended_at is None)
        return {r.number_id: r for r in rows if not r.is_over_by(self.now)}

    @cached_property
    def _redirections(self) -> dict[int, dict[str, Redirection]]:
        redirections: dict[int, dict[str, Redirection]] = defaultdict(dict)
        for redirection in self._mine(Redirection).order_by("kind"):
            redirections[redirection.number_id][redirection.kind] = redirection
        return redirections

    def _mine(self, model: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = model.objects.for_tenant(self.tenant)
        if self.only is not None:
            return rows.filter(number=self.only)
        return rows if self._among is None else rows.filter(number__pk__in=self._among)
