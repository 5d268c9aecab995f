"""A plan as a list of lines that follow the exits: the outline.

It is the diagram's equal: every step and every exit is in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routing.plan.draft import Draft, DraftStep
from routing.words.steps import exit_word, title

DEEPEST = 6


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One line. ``via`` are the exits that lead here; a ``repeat`` was shown above."""

    name: str
    title: str
    via: str
    depth: int
    is_repeat: bool = False
    is_unreached: bool = False
    problems: int = 0


def outline(
    draft: Draft, problems: Sequence[Mapping[str, Any]] = ()
) -> list[OutlineRow]:
    """Return the lines of a plan, those no call reaches at the end.

    Depth stops at 6, so that a phone still shows the text.
    """
    wrong: dict[str, int] = {}
    for problem in problems:
        if problem.get("node") and not problem.get("number"):
            wrong[problem["node"]] = wrong.get(problem["node"], 0) + 1
    lines: list[OutlineRow] = []
    shown: set[str] = set()
    _follow(draft.entry, draft, wrong, lines, shown)
    for name in draft.steps:
        if name not in shown:
            _follow(name, draft, wrong, lines, shown, is_unreached=True)
    return lines


def _follow(
    start: str,
    draft: Draft,
    wrong: Mapping[str, int],
    lines: list[OutlineRow],
    shown: set[str],
    *,
    is_unreached: bool = False,
) -> None:
    waiting = [(start, "", 0)]
    while waiting:
        name, via, depth = waiting.pop()
        if name not in draft.steps:
            continue
        is_repeat = name in shown
        shown.add(name)
        lines.append(
            OutlineRow(
                name=name,
                title=title(draft.steps[name]),
                via=via,
                depth=min(depth, DEEPEST),
                is_repeat=is_repeat,
                is_unreached=is_unreached,
                problems=wrong.get(name, 0),
            )
        )
        if not is_repeat:
            waiting += reversed(_leads(draft.steps[name], depth + 1))


def _leads(step: DraftStep, depth: int) -> list[tuple[str, str, int]]:
    together: dict[str, list[str]] = {}
    for exit_name, to in step.exits.items():
        together.setdefault(to, []).append(exit_word(step, exit_name))
    return [(to, ", ".join(names), depth) for to, names in together.items()]
