"""Sentences for what the engine found: problems, steps and decisions.

The engine yields codes and parameters; every sentence about them is made here,
in the active language. ``problem`` and ``result`` give the JSON the simulator
and the API answer with; ``because`` and ``step_sentences`` serve the pages.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from numbers.formatting import display
from routing import messages
from routing.engine import Problem
from routing.names import Names

Json = dict[str, Any]


def problem(found: Problem) -> Json:
    """Return a problem as JSON: code, node, path, message, and number if any."""
    read = found.as_dict()
    read.pop("params")
    return {**read, "message": message(found)}


def message(found: Problem) -> str:
    """Return what is wrong and how to mend it, in one or two sentences."""
    params = dict(found.params)
    reasons = messages.REASONS.get(found.code, {})
    template = reasons.get(str(params.get("reason"))) or messages.PROBLEMS[found.code]
    return _fill(template, {**params, "step": found.node or "", "path": found.path})


def result(found: Json, names: Names) -> Json:
    """Return a simulation with a sentence for each decision."""
    trace = [
        {**entry, "because": because(names.put_in(entry["because"]))}
        for entry in found["trace"]
    ]
    return {**found, "trace": trace}


def because(reason: Mapping[str, Any]) -> str:
    """Return the sentence of one decision, given its code and parameters."""
    params = {**reason["params"]}
    code = reason["code"]
    causes = params.get("causes", ())
    params["causes"] = ", ".join(outcome_word(cause) for cause in causes)
    if "weekday" in params:
        params["moment"] = f"{WEEKDAYS[params['weekday']]} {params['time']}"
    if "target" in params:
        params["target"] = destination_words(params["target"])
    if "prefix" in params:
        params["prefix"] = display(params["prefix"])
    if "holiday" in params:
        params["holiday"] = holiday_name(params["holiday"])
    timed = messages.TIMED.get(code) if "moment" in params else None
    return _fill(timed or messages.BECAUSE[code], params)


def outcome_word(outcome: str) -> str:
    """Return an outcome in words: ``no_answer`` is "no answer"."""
    return _(messages.OUTCOMES.get(outcome, outcome))


def rule_word(rule: str) -> str:
    """Return what decided outside the steps of a plan: override, line, cfu."""
    return _(messages.RULES[rule]) if rule in messages.RULES else rule


def holiday_name(code: str) -> str:
    return _(messages.HOLIDAYS[code])


def step_sentences(found: Json) -> list[str]:
    """Return what the call did, step by step, and how it ended."""
    lines = [step_sentence(step) for step in found["steps"]]
    return [*lines, ending(found)]


def step_sentence(step: Mapping[str, Any]) -> str:
    """Return one step in a sentence: The call rang +32 4 222 33 44: busy."""
    template = messages.STEPS[step["type"]]
    if step["node"] == "final":
        template = messages.FINAL
    elif step["outcome"] == "cancelled":
        template = messages.CANCELLED
    elif step["outcome"] == "loop":
        template = messages.TOO_FAR
    params = {**step, "outcome": outcome_word(step["outcome"])}
    params["destination"] = destination_words(step["destination"])
    sentence = _fill(template, params)
    return sentence[:1].upper() + sentence[1:]


def ending(found: Json) -> str:
    """Return how the call ended, in a sentence."""
    params = {"destination": destination_words(found["destination"])}
    return _fill(messages.RESULTS[found["result"]], params)


def destination_words(written: str | None) -> str:
    """Return a destination for reading; ``Names`` puts the site's name in before."""
    if written == "line":
        return _("the number's own line")
    if written and written.startswith("site:"):
        return _("site %(site)s") % {"site": written.removeprefix("site:")}
    return display(written or "")


def _fill(template: str, params: Mapping[str, Any]) -> str:
    """Translate and fill; a parameter that is not there shows as nothing."""
    return _(template) % defaultdict(str, params)
