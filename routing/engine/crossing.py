"""Calls that go from number to number: loops between them, and long chains."""

from collections.abc import Iterator, Mapping

from routing.engine import graph
from routing.engine.problems import Problem
from routing.engine.world import NumberPlan, Sending, World

MOST_HOPS = 12
CROSSING = ("loop_across_numbers", "too_many_hops")
# By number, the destinations it is not sent to, and why.
Refused = Mapping[str, Mapping[str, str]]


def crossing_problems(world: World, *, has_loop: bool) -> Iterator[Problem]:
    """Find loops and chains of over 12 hops that start at the called number.

    Every destination counts, in force or not. ``has_loop`` tells that a document
    already has a loop of its own; a chain has no length beside one.
    """
    links = number_links(world)
    cyclic = graph.on_a_cycle(links)
    looping = graph.leading_to(links, cyclic)
    called = world.called
    own = [s for s in _sendings(world, called) if s.destination in links]
    entering = [
        s for s in own if s.destination in looping and s.destination != called.e164
    ]
    if entering:
        yield from _once_per_step("loop_across_numbers", entering)
    elif not has_loop:
        hops = _hops(world, links)
        far = [
            sending
            for sending in _sendings(world, called)
            if _is_away(world, called, sending)
            and 1 + hops.get(sending.destination, 0) > MOST_HOPS
        ]
        yield from _once_per_step("too_many_hops", far)


def own_crossing(world: World, *, has_loop: bool) -> Iterator[Problem]:
    """Find what compiling would leave out of the called number's own plan.

    What goes round or too far between others alone is left out of theirs.
    """
    called = world.called
    reached = graph.reachable(number_links(world), called.e164)
    told = endless(world, dict.fromkeys(reached, {}))[called.e164]
    for code in ("loop_across_numbers",) if has_loop else CROSSING:
        own = [s for s in _sendings(world, called) if told.get(s.destination) == code]
        yield from _once_per_step(code, own)


def back_through_safety(world: World) -> Iterator[Problem]:
    """Find what the called number sends to when it is the safety destination itself.

    Calls nobody takes there would come back to it.
    """
    if world.safety == world.called.e164:
        own = [s for s in world.called.sendings if s.destination in world.others]
        for problem in _once_per_step("loop_across_numbers", own):
            params = {**problem.params, "reason": "safety"}
            yield Problem(problem.code, problem.path, problem.node, params=params)


def endless(world: World, refused: Refused) -> dict[str, dict[str, str]]:
    """Return, by number, what makes its calls go on without end or over 12 hops.

    What is ``refused`` already leads nowhere; only the numbers in it are looked at.
    The safety destination is tried once, at the end of the called number's own plan:
    it makes no call go round.
    """
    numbers = world.numbers
    plans = {e164: numbers[e164] for e164 in refused}
    kept = {
        e164: [s.destination for s in plan.sendings if _counts(world, plan, s, refused)]
        for e164, plan in plans.items()
    }
    links = {e164: [d for d in to if d in plans] for e164, to in kept.items()}
    turns: dict[str, dict[str, str]] = {e164: {} for e164 in plans}
    for round_ in graph.components(links):
        for e164 in round_:
            loops = round_.intersection(links[e164])
            turns[e164] = dict.fromkeys(loops, "loop_across_numbers")
    onward = {e164: [d for d in links[e164] if d not in turns[e164]] for e164 in links}
    hops: dict[str, int] = {}
    for e164 in graph.finishing_order(onward):
        ways = {d: 1 + hops.get(d, 0) for d in kept[e164] if d not in turns[e164]}
        far = [destination for destination, count in ways.items() if count > MOST_HOPS]
        turns[e164] |= dict.fromkeys(far, "too_many_hops")
        hops[e164] = max((n for n in ways.values() if n <= MOST_HOPS), default=0)
    if world.safety is not None and hops.get(world.safety, 0) >= MOST_HOPS:
        turns[world.called.e164].setdefault(world.safety, "too_many_hops")
    return turns


def _counts(world: World, plan: NumberPlan, sending: Sending, refused: Refused) -> bool:
    is_away = _is_away(world, plan, sending)
    return is_away and sending.destination not in refused[plan.e164]


def _sendings(world: World, plan: NumberPlan) -> tuple[Sending, ...]:
    """Return all a number sends to; the safety destination is every number's.

    A safety destination that is the called number is ``self_forward`` and no more.
    """
    safety = world.safety
    if safety is None or safety in (plan.e164, world.called.e164):
        return plan.sendings
    return (*plan.sendings, Sending(safety, "/safety_destination"))


def number_links(world: World) -> dict[str, list[str]]:
    """Return number -> other numbers it sends to; to itself is ``self_forward``."""
    numbers = world.numbers
    return {
        e164: [
            sending.destination
            for sending in _sendings(world, plan)
            if sending.destination in numbers and sending.destination != e164
        ]
        for e164, plan in numbers.items()
    }


def _is_away(world: World, plan: NumberPlan, sending: Sending) -> bool:
    destination = sending.destination
    return destination != plan.e164 and destination not in world.own_lines(plan)


def _hops(world: World, links: dict[str, list[str]]) -> dict[str, int]:
    """Return for each number the sendings of the longest chain from it on.

    Safety comes once, at the end of the called number's own plan, so it makes no
    chain of another number longer.
    """
    reached = graph.reachable(links, world.called.e164)
    onward = {number: links[number] for number in reached}
    hops: dict[str, int] = {}
    numbers = world.numbers
    for number in graph.finishing_order(onward):
        plan = numbers[number]
        away = [s for s in plan.sendings if _is_away(world, plan, s)]
        hops[number] = max((1 + hops.get(s.destination, 0) for s in away), default=0)
    return hops


def _once_per_step(code: str, sendings: list[Sending]) -> Iterator[Problem]:
    seen: set[str] = set()
    for sending in sendings:
        place = sending.path if sending.node is None else _step_path(sending)
        if place not in seen:
            seen.add(place)
            params = {"destination": sending.destination}
            yield Problem(code, sending.path, sending.node, params=params)


def _step_path(sending: Sending) -> str:
    """Return the document and the step a destination is written in."""
    document = sending.path.partition("/nodes/")[0]
    return f"{document} {sending.node}"
