"""What is wrong with a step, for the people who edit plans: one sentence a step."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing import step_words, wording
from routing.engine import Problem

# By code, and by the field where the code leaves it open.
MISSING = {
    "unknown_calendar": _n("“%(step)s”: choose a calendar."),
    "unknown_announcement": _n("“%(step)s”: choose what callers hear."),
    "empty_announcement": _n("“%(step)s”: choose what callers hear."),
    "unknown_queue": _n("“%(step)s”: choose a queue."),
    "forbidden_destination": _n("“%(step)s”: say where calls go."),
}
FIELDS = {
    "mailbox": _n("“%(step)s”: say to which e-mail address messages are sent."),
    "targets": _n("“%(step)s”: say which phone rings."),
    "destination": _n("“%(step)s”: say where calls go."),
    "calendar": _n("“%(step)s”: choose a calendar."),
    "announcement": _n("“%(step)s”: choose what callers hear."),
    "label": _n("“%(step)s”: its name cannot be used. Write another."),
}
EXITS = {
    "missing_exit": _n("“%(step)s”: say where calls go next (%(exit)s)."),
    "dangling_exit": _n("“%(step)s”: choose where calls go next (%(exit)s)."),
    "unknown_exit": _n("“%(step)s” cannot lead anywhere for “%(exit)s”: remove it."),
}
NAMED = {
    "unknown_calendar": "calendar",
    "unknown_announcement": "announcement",
    "unknown_queue": "queue",
    "forbidden_destination": "destination",
}


def sentence(problem: Problem, step: Mapping[str, Any]) -> str:
    """Return what to do about a problem of ``step``, which is called by its title."""
    title = step_words.title(problem.node or "", step)
    params = {**problem.params, "step": title}
    code, template = problem.code, ""
    if code in EXITS:
        template = EXITS[code]
        params["exit"] = step_words.exit_word(str(problem.params.get("exit", "")))
    elif code == "bad_field":
        template = FIELDS.get(
            str(problem.params.get("field", "")).partition(".")[0],
            _n("“%(step)s” is not complete: open it and look through its fields."),
        )
    elif code in MISSING and not problem.params.get(NAMED.get(code, "")):
        template = MISSING[code]
    if template:
        return _(template) % params
    return wording.message(replace(problem, node=f"“{title}”"))
