"""Whether a number may send to a destination, and what the destination is."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Protocol

from routing.engine.problems import Problem, pointer
from routing.engine.world import OWN_LINE, SITE, NumberPlan, Sending, World, is_e164


class DestinationPolicy(Protocol):
    """The customer-facing policy; the engine is given it and knows no table.

    Returns why a call may not go to an E.164 number, or None.
    """

    def __call__(
        self,
        e164: str,
        *,
        opt_in: Collection[str] = (),
        international: Iterable[str] = (),
        own: Collection[str] = (),
    ) -> str | None: ...


# What a number sends to and compiling leaves out; every other problem is of another
# kind, which only a change of the configuration can bring.
LEFT_OUT = frozenset(
    {"forbidden_destination", "suspended_destination", "unknown_site", "self_forward"}
)

ENDED = {"reason": "ended_number"}


class DestinationCheck:
    """Judges every destination of one world by one policy."""

    def __init__(self, world: World, policy: DestinationPolicy) -> None:
        self.world = world
        self.policy = policy
        self.numbers = world.numbers

    def problems(self) -> Iterator[Problem]:
        """Judge what numbers send to, the safety destination and the sites."""
        world = self.world
        for plan in (world.called, *world.others.values()):
            number = None if plan is world.called else plan.e164
            for sending in plan.sendings:
                yield from self._judge(plan, sending, number)
            if plan.site is not None and plan.site not in world.sites:
                path = pointer("/numbers", number, "site") if number else "/number/site"
                params = {"site": plan.site}
                yield Problem("unknown_site", path, number=number, params=params)
        if world.safety is not None:
            sending = Sending(world.safety, "/safety_destination")
            yield from self._judge(world.called, sending, None)
        for slug, line in world.sites.items():
            if reason := self._refusal(line):
                params = {"destination": line, "reason": reason}
                path = pointer("/sites", slug)
                yield Problem("forbidden_destination", path, params=params)

    def left_out(self, plan: NumberPlan) -> dict[str, str]:
        """Return what calls of a number must not be sent to (any more), and why.

        By destination as written, the code of the problem or the policy's reason.
        """
        written = {sending.destination for sending in plan.sendings}
        if self.world.safety is not None and plan is self.world.called:
            written.add(self.world.safety)
        found = {destination: self._why(plan, destination) for destination in written}
        return {destination: why for destination, why in found.items() if why}

    def _why(self, plan: NumberPlan, destination: str) -> str | None:
        if misfit := self._misfit(plan, destination):
            code, params = misfit
            return str(params.get("reason", code))
        if destination in self.world.own_lines(plan):
            return None
        if destination.startswith(SITE):
            return self._refusal(self.world.sites[destination[len(SITE) :]])
        return "ended_number" if destination in self.world.ended else None

    def _judge(
        self, plan: NumberPlan, sending: Sending, number: str | None
    ) -> Iterator[Problem]:
        if found := self._misfit(plan, sending.destination):
            code, more = found
            params = {"destination": sending.destination, **more}
            yield Problem(code, sending.path, sending.node, number, params)

    def _misfit(
        self, plan: NumberPlan, destination: str
    ) -> tuple[str, dict[str, Any]] | None:
        if destination in self.world.own_lines(plan):
            known = destination == OWN_LINE or destination[5:] in self.world.sites
            return None if known else ("unknown_site", {"site": destination[5:]})
        if destination.startswith(SITE):
            line = self.world.sites.get(destination[len(SITE) :])
            if line is None:
                return "unknown_site", {"site": destination[len(SITE) :]}
            if line == plan.e164:
                return "self_forward", {}
            # Its digits may be another customer's number by now.
            ended = line in self.world.ended
            return ("forbidden_destination", ENDED) if ended else None
        if destination == plan.e164:
            return "self_forward", {}
        known_number = self.numbers.get(destination)
        if known_number and known_number.suspended:
            return "suspended_destination", {}
        reason = self._refusal(destination)
        return ("forbidden_destination", {"reason": reason}) if reason else None

    def _refusal(self, destination: str) -> str | None:
        if not is_e164(destination):
            return "malformed"
        return self.policy(
            destination,
            opt_in=self.world.opt_in,
            international=self.world.international,
            own=self.numbers.keys(),
        )
