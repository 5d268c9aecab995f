"""The engine joined to the destination policy and to sentences.

Pages, the API, services and commands decide, validate and simulate through
this module; ``world`` is the JSON object of ``routing.engine``.
"""

from typing import Any

from numbers.destinations import refusal
from routing import wording
from routing.engine import (
    Problem,
    call_problems,
    compile_plan,
    simulate,
)
from routing.engine import validate as engine_validate
from routing.names import SLUGS, Names

Json = dict[str, Any]

__all__ = [
    "check",
    "compile_plan",
    "simulate_call",
    "validate",
]


def validate(world: object) -> list[Problem]:
    """Return every problem of a world under the destination policy."""
    return engine_validate(world, refusal)


def check(world: object) -> list[Json]:
    """Return the problems of a world as JSON, each with its sentence."""
    return [wording.problem(found) for found in validate(world)]


def simulate_call(request: object, names: Names = SLUGS) -> Json:
    """Answer a simulation request: a world with ``call`` and ``outcomes``.

    Returns ``{"problems": [...]}`` when anything in it is wrong, used or not.
    """
    problems = validate(request)
    if isinstance(request, dict):
        call, outcomes = request.get("call"), request.get("outcomes")
        problems += call_problems(call, outcomes, request)
    if problems or not isinstance(request, dict):
        return {"problems": [wording.problem(found) for found in problems]}
    found = simulate(request, request["call"], request.get("outcomes"))
    return wording.result(found, names)
