"""The kinds of destination: what each rings, and what speaks against it.

The engine asks a kind and never looks at how a destination is written.
"""

from typing import Any, Protocol

from routing.engine.walk import OWN_LINE, Target
from routing.engine.world import SITE, NumberPlan, World

Misfit = tuple[str, dict[str, Any]]
ENDED = {"reason": "ended_number"}


class Judge(Protocol):
    """What destinations are judged by; ``refusal`` is the destination policy's."""

    world: World
    numbers: dict[str, NumberPlan]

    def refusal(self, e164: str) -> str | None: ...


class DestinationKind:
    """One kind of destination. ``plan`` is that of the number which sends there."""

    def fits(self, world: World, plan: NumberPlan, written: str) -> bool:
        """Tell whether a destination, as written, is of this kind."""
        raise NotImplementedError

    def misfit(self, judge: Judge, plan: NumberPlan, written: str) -> Misfit | None:
        """Return code and parameters of the problem of writing it, or None."""
        raise NotImplementedError

    def refused(self, judge: Judge, plan: NumberPlan, written: str) -> str | None:
        """Return why calls do not go (any more) to one that may be written."""
        return None

    def target(
        self, world: World, plan: NumberPlan, written: str, seconds: int
    ) -> Target:
        """Return [as written, number to call, seconds, whose plan it enters].

        The number to call is None for the own line.
        """
        raise NotImplementedError


class OwnLine(DestinationKind):
    """``line``, and the number's own site."""

    def fits(self, world: World, plan: NumberPlan, written: str) -> bool:
        return written in world.own_lines(plan)

    def misfit(self, judge: Judge, plan: NumberPlan, written: str) -> Misfit | None:
        is_known = written == OWN_LINE or _slug(written) in judge.world.sites
        return None if is_known else ("unknown_site", {"site": _slug(written)})

    def target(
        self, world: World, plan: NumberPlan, written: str, seconds: int
    ) -> Target:
        return [written, None, seconds, None]


class Site(DestinationKind):
    """``site:<slug>``: the line of another site, where no plan is entered."""

    def fits(self, world: World, plan: NumberPlan, written: str) -> bool:
        return written.startswith(SITE)

    def misfit(self, judge: Judge, plan: NumberPlan, written: str) -> Misfit | None:
        line = judge.world.sites.get(_slug(written))
        if line is None:
            return "unknown_site", {"site": _slug(written)}
        if line == plan.e164:
            return "self_forward", {}
        # Its digits may be another customer's number by now.
        ended = line in judge.world.ended
        return ("forbidden_destination", ENDED) if ended else None

    def refused(self, judge: Judge, plan: NumberPlan, written: str) -> str | None:
        return judge.refusal(judge.world.sites[_slug(written)])

    def target(
        self, world: World, plan: NumberPlan, written: str, seconds: int
    ) -> Target:
        return [written, world.sites.get(_slug(written)), seconds, None]


class Number(DestinationKind):
    """A number in E.164, of the customer or of anybody; what is no other kind."""

    def fits(self, world: World, plan: NumberPlan, written: str) -> bool:
        return True

    def misfit(self, judge: Judge, plan: NumberPlan, written: str) -> Misfit | None:
        if written == plan.e164:
            return "self_forward", {}
        known = judge.numbers.get(written)
        if known and known.suspended:
            return "suspended_destination", {}
        reason = judge.refusal(written)
        return ("forbidden_destination", {"reason": reason}) if reason else None

    def refused(self, judge: Judge, plan: NumberPlan, written: str) -> str | None:
        return "ended_number" if written in judge.world.ended else None

    def target(
        self, world: World, plan: NumberPlan, written: str, seconds: int
    ) -> Target:
        is_theirs = written in world.others or written == world.called.e164
        return [written, written, seconds, written if is_theirs else None]


# The first that fits.
DESTINATION_KINDS: tuple[DestinationKind, ...] = (OwnLine(), Site(), Number())


def destination_kind(world: World, plan: NumberPlan, written: str) -> DestinationKind:
    return next(kind for kind in DESTINATION_KINDS if kind.fits(world, plan, written))


def _slug(written: str) -> str:
    return written[len(SITE) :]
