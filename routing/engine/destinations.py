"""Whether a number may send to a destination, and what the destination is."""

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from routing.engine.destination_kinds import destination_kind
from routing.engine.problems import Problem, pointer
from routing.engine.world import NumberPlan, Sending, World, is_e164


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
    {
        "forbidden_destination",
        "suspended_destination",
        "unknown_site",
        "self_forward",
        "loop_across_numbers",
        "too_many_hops",
    }
)


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
            if reason := self.refusal(line):
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
        reasons = {destination: self._why(plan, destination) for destination in written}
        return {destination: why for destination, why in reasons.items() if why}

    def _why(self, plan: NumberPlan, destination: str) -> str | None:
        kind = destination_kind(self.world, plan, destination)
        if misfit := kind.misfit(self, plan, destination):
            code, params = misfit
            return str(params.get("reason", code))
        return kind.refused(self, plan, destination)

    def _judge(
        self, plan: NumberPlan, sending: Sending, number: str | None
    ) -> Iterator[Problem]:
        kind = destination_kind(self.world, plan, sending.destination)
        if misfit := kind.misfit(self, plan, sending.destination):
            code, more = misfit
            params = {"destination": sending.destination, **more}
            yield Problem(code, sending.path, sending.node, number, params)

    def refusal(self, destination: str) -> str | None:
        if not is_e164(destination):
            return "malformed"
        return self.policy(
            destination,
            opt_in=self.world.opt_in,
            international=self.world.international,
            own=self.numbers.keys(),
        )
