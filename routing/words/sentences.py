"""Sentences for what the engine found: problems, steps and decisions.

The engine yields codes and parameters; every sentence about them is made here,
in the active language. ``problem`` and ``result`` give the JSON the simulator
and the API answer with; ``because`` and ``step_sentences`` serve the pages.
"""

from collections import ChainMap, defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from routing.engine import Problem
from routing.engine.steps.base import PARTS
from routing.plan.display_names import SLUGS, Names
from routing.steps import PAGES, page_of
from routing.words import codes
from routing.words.destinations import capital, words
from vms_portal.kernel.formatting import display

Json = dict[str, Any]


def problem_json(problem: Problem) -> Json:
    """Return a problem as JSON: code, node, path, message, and number if any."""
    read = problem.as_dict()
    read.pop("params")
    return {**read, "message": message(problem)}


def message(problem: Problem) -> str:
    """Return what is wrong and how to mend it, in one or two sentences."""
    params = dict(problem.params)
    reasons = codes.REASONS.get(problem.code, {})
    template = reasons.get(str(params.get("reason"))) or codes.PROBLEMS[problem.code]
    return _fill(template, {**params, "step": problem.node or "", "path": problem.path})


def result(simulation: Json, names: Names) -> Json:
    """Return a simulation with a sentence for each decision."""
    trace = [
        {**entry, "because": because(entry["because"], names)}
        for entry in simulation["trace"]
    ]
    return {**simulation, "trace": trace}


def because(reason: Mapping[str, Any], names: Names = SLUGS) -> str:
    """Return the sentence of one decision, given its code and parameters.

    ``KeyError`` for a code by which nothing decides.
    """
    params = {**reason["params"]}
    causes = params.get("causes", ())
    params["causes"] = ", ".join(outcome_word(cause) for cause in causes)
    for part in PARTS:
        if part in params:
            params[part] = names.of(part, params[part])
    if "weekday" in params:
        params["moment"] = f"{WEEKDAYS[params['weekday']]} {params['time']}"
    if "target" in params:
        params["target"] = words(params["target"], names)
    if "prefix" in params:
        params["prefix"] = display(params["prefix"])
    if "holiday" in params:
        params["holiday"] = holiday_name(params["holiday"])
    return _fill(_reason(reason["code"], is_timed="moment" in params), params)


def _reason(code: str, *, is_timed: bool) -> str:
    for page in PAGES.values():
        if is_timed and code in page.timed:
            return page.timed[code]
        if code in page.reasons:
            return page.reasons[code]
    return codes.BECAUSE[code]


def outcome_word(outcome: str) -> str:
    """Return an outcome in words: ``no_answer`` is "no answer"."""
    known = outcomes()
    return _(known[outcome]) if outcome in known else outcome


def outcomes() -> dict[str, str]:
    """Return the word of every outcome of a phone or a step."""
    of_steps = [page.outcomes for page in PAGES.values()]
    return dict(ChainMap(codes.OUTCOMES, *map(dict, of_steps)))


def rule_word(rule: str) -> str:
    """Return what decided outside the steps of a plan: override, line, cfu."""
    return _(codes.RULES[rule]) if rule in codes.RULES else rule


def holiday_name(code: str) -> str:
    return _(codes.HOLIDAYS[code])


def step_sentences(simulation: Json, names: Names = SLUGS) -> list[str]:
    """Return what the call did, step by step, and how it ended."""
    lines = [step_sentence(step, names) for step in simulation["steps"]]
    return [*lines, ending(simulation, names)]


def step_sentence(step: Mapping[str, Any], names: Names, title: str = "") -> str:
    """Return one step in a sentence: The call rang +32 4 222 33 44: busy.

    ``title`` is what people call the step.
    """
    template = page_of(step["type"]).sentence
    if step["node"] == "final":
        template = codes.FINAL
    elif step["outcome"] == "cancelled":
        template = codes.CANCELLED
    elif step["outcome"] == "loop":
        template = codes.TOO_FAR
    params = {
        "node": f"“{title}”" if title else step["node"],
        "outcome": outcome_word(step["outcome"]),
        "destination": words(step["destination"], names),
    }
    return capital(_fill(template, params))


def ending(simulation: Json, names: Names) -> str:
    """Return how the call ended, in a sentence."""
    params = {"destination": end_place(simulation, names)}
    return _fill(codes.RESULTS[simulation["result"]], params)


def end_place(simulation: Json, names: Names) -> str:
    """Return where a call ended, for reading."""
    last = last_step(simulation)
    page = page_of(last["type"] if last else None)
    return page.place(simulation["destination"], names)


def last_step(simulation: Json) -> Json | None:
    """Return the last step a call came to; phones that stopped ringing are none."""
    came = [step for step in simulation["steps"] if step["outcome"] != "cancelled"]
    return came[-1] if came else None


def _fill(template: str, params: Mapping[str, Any]) -> str:
    """Translate and fill; a parameter that is not there shows as nothing."""
    return _(template) % defaultdict(str, params)
