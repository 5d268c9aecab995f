"""The engine joined to the destination policy and to sentences.

Pages, the API, services and commands decide, validate and simulate through
this module; ``world`` is the JSON object of ``routing.engine``.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from numbers.destinations.allowed import refusal
from routing import engine
from routing.engine import CROSSING, LEFT_OUT, Problem, call_problems, simulate
from routing.engine import validate as engine_validate
from routing.engine.problems import pointer
from routing.engine.walk import Target
from routing.plan.display_names import SLUGS, Names
from routing.plan.draft import Draft
from routing.words import sentences

Json = dict[str, Any]

__all__ = [
    "check",
    "compile_plan",
    "crossing",
    "is_compilable",
    "left_out",
    "phones",
    "rules",
    "simulate_call",
    "simulate_served",
    "validate",
    "validate_own",
    "written_by",
    "written_in",
]


def validate(world: object) -> list[Problem]:
    """Return every problem of a world under the destination policy."""
    return engine_validate(world, refusal)


def validate_own(world: object) -> list[Problem]:
    """Return the problems, of loops and chains those the called number is on itself."""
    own = [p for p in validate(world) if p.code not in CROSSING]
    return [*own, *crossing(world)]


def crossing(world: object) -> list[Problem]:
    """Return what the called number sends round or too far between numbers."""
    return engine.crossing(world)


def compile_plan(world: object, now: dt.datetime) -> Json:
    """Return what the network serves, without what the policy refuses by now."""
    return engine.compile_plan(world, now, refusal)


def is_compilable(world: object, now: dt.datetime) -> bool:
    """Tell whether the network can be served the plan: another release may have."""
    try:
        compile_plan(world, now)
    except Exception:  # whatever it is: the engine is pure, only the plan is to blame
        return False
    return True


def left_out(world: object) -> dict[str, str]:
    """Return what compiling leaves out of the called number's plan, and why."""
    return engine.left_out(world, refusal)


def rules(world: object) -> Json:
    """Return what tells who is in charge of the called number's calls."""
    return engine.rules(world, refusal)


def written_in(problems: Iterable[Problem], *paths: str) -> list[Problem]:
    """Keep the problems of what is written under ``paths`` of the called number.

    An act answers for what it writes itself. What is wrong in another place, or on
    another number, keeps nobody from changing what calls do.
    """
    return [
        problem
        for problem in problems
        if problem.number is None and _is_under(problem.path, paths)
    ]


def _is_under(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def check(world: object) -> list[Json]:
    """Return the problems of a world as JSON, each with its sentence."""
    return [sentences.problem_json(problem) for problem in validate(world)]


def phones(world: Json, now: dt.datetime) -> list[tuple[str, Target]]:
    """Return each target that calls can ring as they are served, with its number.

    By what is in charge at ``now``, whatever callers and phones do.
    """
    served = _as_served({**world, "call": {"at": now.isoformat()}})
    if not _can_be_followed(served):
        served = _bare(served)
    plan = engine.plan_at(served, now, refusal)
    return list(engine.phones(plan, now.timestamp()))


def simulate_served(
    world: Json, call: Json, outcomes: Json, names: Names = SLUGS
) -> Json | None:
    """Return what becomes of a call as it is served; None when nobody can tell.

    Nothing is validated: what a plan did not do when it was published, calls meet.
    """
    try:
        served = _as_served({**world, "call": call})
        simulation = simulate(served, call, outcomes, refusal)
    except Exception:  # whatever it is: the engine is pure, only the plan is to blame
        return None
    return sentences.result(simulation, names)


def written_by(document: object) -> list[str]:
    """Return the paths of a plan in a world: itself, and the calendars it asks."""
    asked = Draft.read(document).references("calendar")
    return ["/document", *(pointer("/calendars", slug) for slug in asked)]


def simulate_call(
    request: object, names: Names = SLUGS, *, judged: Collection[str] | None = None
) -> Json:
    """Answer a simulation request: a world with ``call`` and ``outcomes``.

    Returns ``{"problems": [...]}`` when anything in it is wrong, used or not. Of a
    number that is served already only the ``judged`` paths are, and what its own plan
    cannot be used with: what may not be called (any more) is left out, and another's
    plan that cannot be used, as from what the network is served.
    """
    problems = validate(request) if judged is None else validate_own(request)
    if isinstance(request, dict):
        if judged is not None:
            problems = _unusable(problems, request, judged)
        call, outcomes = request.get("call"), request.get("outcomes")
        problems += call_problems(call, outcomes, request)
    if problems or not isinstance(request, dict):
        return {"problems": list(map(sentences.problem_json, problems))}
    world = request if judged is None else _as_served(request)
    simulation = simulate(world, request["call"], request.get("outcomes"), refusal)
    return sentences.result(simulation, names)


def _unusable(
    problems: list[Problem], world: Json, judged: Collection[str]
) -> list[Problem]:
    asked = written_by(world.get("document"))
    own = [
        problem
        for problem in problems
        if problem.number is None
        and (problem.code not in LEFT_OUT or _is_under(problem.path, judged))
    ]
    other = "/calendars/"  # those that its plan does not ask
    return [p for p in own if not p.path.startswith(other) or _is_under(p.path, asked)]


def _as_served(world: Json) -> Json:
    """Return a world without the plans of other numbers that cannot be followed."""
    if not world["numbers"] or _can_be_followed(world):
        return world
    others = {
        e164: plan if _can_be_followed(_alone(world, e164)) else _bare(plan)
        for e164, plan in world["numbers"].items()
    }
    return {**world, "numbers": others}


def _alone(world: Json, e164: str) -> Json:
    plan = world["numbers"][e164]
    return {**world, **plan, "number": {**plan, "e164": e164}, "numbers": {}}


def _bare(plan: Json) -> Json:
    return {**plan, "document": None}


def _can_be_followed(world: Json) -> bool:
    at = dt.datetime.fromisoformat(world["call"]["at"])
    try:
        engine.plan_at(world, at, refusal)
    except Exception:  # whatever it is: the engine is pure, only the plan is to blame
        return False
    return True
