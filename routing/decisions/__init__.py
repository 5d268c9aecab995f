"""The engine joined to the destination policy and to sentences.

Pages, the API, services and commands decide, validate and simulate through
this module; ``world`` is the JSON object of ``routing.engine``.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from numbers.destinations.allowed import refusal
from routing import engine
from routing.engine import LEFT_OUT, Problem, call_problems, simulate
from routing.engine import validate as engine_validate
from routing.plan.display_names import SLUGS, Names
from routing.words import sentences

Json = dict[str, Any]

__all__ = [
    "check",
    "compile_plan",
    "is_compilable",
    "left_out",
    "rules",
    "simulate_call",
    "simulate_served",
    "validate",
    "written_in",
]


def validate(world: object) -> list[Problem]:
    """Return every problem of a world under the destination policy."""
    return engine_validate(world, refusal)


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
    """Keep the problems of what is written under ``paths``, and all of other kinds.

    What was refused since in another place, or on another number, is left out when
    compiling: it must keep nobody from changing what calls do.
    """
    return [
        problem
        for problem in problems
        if problem.code not in LEFT_OUT
        or (problem.number is None and problem.path.startswith(paths))
    ]


def check(world: object) -> list[Json]:
    """Return the problems of a world as JSON, each with its sentence."""
    return [sentences.problem(found) for found in validate(world)]


def simulate_served(world: Json, call: Json, names: Names = SLUGS) -> Json | None:
    """Return what becomes of a call as it is served; None when nobody can tell.

    Nothing is validated: what a plan did not do when it was published, calls meet.
    """
    try:
        found = simulate(world, call, {}, refusal)
    except Exception:  # whatever it is: the engine is pure, only the plan is to blame
        return None
    return sentences.result(found, names)


def simulate_call(
    request: object, names: Names = SLUGS, *, strict: bool = True
) -> Json:
    """Answer a simulation request: a world with ``call`` and ``outcomes``.

    Returns ``{"problems": [...]}`` when anything in it is wrong, used or not. A
    world that is served already is not ``strict``: what may not be called (any more)
    is left out, as the network leaves it out.
    """
    problems = validate(request)
    if not strict:
        problems = written_in(problems)
    if isinstance(request, dict):
        call, outcomes = request.get("call"), request.get("outcomes")
        problems += call_problems(call, outcomes, request)
    if problems or not isinstance(request, dict):
        return {"problems": [sentences.problem(found) for found in problems]}
    call, outcomes = request["call"], request.get("outcomes")
    found = simulate(request, call, outcomes, refusal)
    return sentences.result(found, names)
