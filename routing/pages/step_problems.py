"""What is wrong with a step, for the people who edit plans: one sentence a step."""

from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.engine import Problem
from routing.plan.draft import DraftStep
from routing.steps import page_of
from routing.words import sentences
from routing.words.steps import exit_word, title

LABEL = _n("“%(step)s”: its name cannot be used. Write another.")
INCOMPLETE = _n("“%(step)s” is not complete: open it and look through its fields.")
EXITS = {
    "missing_exit": _n("“%(step)s”: say where calls go next (%(exit)s)."),
    "dangling_exit": _n("“%(step)s”: choose where calls go next (%(exit)s)."),
    "unknown_exit": _n("“%(step)s” cannot lead anywhere for “%(exit)s”: remove it."),
}
# The field that says nothing, where the code tells what it should name.
NAMED = {
    "unknown_calendar": "calendar",
    "unknown_announcement": "announcement",
    "empty_announcement": "announcement",
    "unknown_queue": "queue",
    "forbidden_destination": "destination",
}


def sentence(problem: Problem, step: DraftStep) -> str:
    """Return what to do about a problem of ``step``, which is called by its title."""
    name = title(step)
    params = {**problem.params, "step": name}
    if problem.code in EXITS:
        exit_name = str(problem.params.get("exit", ""))
        params["exit"] = exit_word(step, exit_name)
        return _(EXITS[problem.code]) % params
    if template := _of_field(problem, step):
        return _(template) % params
    return sentences.message(replace(problem, node=f"“{name}”"))


def _of_field(problem: Problem, step: DraftStep) -> str | None:
    missing = page_of(step.type).missing
    if problem.code == "bad_field":
        field = str(problem.params.get("field", "")).partition(".")[0]
        return LABEL if field == "label" else missing.get(field, INCOMPLETE)
    field = NAMED.get(problem.code, "")
    return None if problem.params.get(field) else missing.get(field)
