"""All that is wrong with a configuration, before a call ever meets it."""

from collections.abc import Container, Iterator

from routing.engine.crossing import (
    back_through_safety,
    crossing_problems,
    own_crossing,
)
from routing.engine.destinations import DestinationCheck, DestinationPolicy
from routing.engine.document import Document
from routing.engine.problems import Problem, pointer
from routing.engine.reading import read_world
from routing.engine.steps import kind_of
from routing.engine.steps.base import WrittenStep
from routing.engine.world import World

UNKNOWN = {
    "calendar": "unknown_calendar",
    "announcement": "unknown_announcement",
    "queue": "unknown_queue",
}


def validate(raw: object, policy: DestinationPolicy) -> list[Problem]:
    """Return every problem of a world given as JSON; an empty list can be published.

    Everything in the input is judged, used or not. Never raises, whatever JSON
    it is given.
    """
    world, problems = read_world(raw)
    return problems if world is None else problems + _problems(world, problems, policy)


def crossing(raw: object) -> list[Problem]:
    """Return what the called number itself sends round or too far between numbers.

    ``validate`` tells of every loop that can be reached, also of one between others
    alone. It finds no loop back to a called number that is the safety destination
    itself: for it that is ``self_forward``. Here it is one.
    """
    world, read = read_world(raw)
    if world is None:
        return []
    has_loop = any(p.code == "loop" and p.number is None for p in read)
    return [
        *own_crossing(world, has_loop=has_loop),
        *back_through_safety(world),
    ]


def _problems(
    world: World, read: list[Problem], policy: DestinationPolicy
) -> list[Problem]:
    problems = []
    for plan in (world.called, *world.others.values()):
        number = None if plan is world.called else plan.e164
        for document in plan.documents():
            problems += reference_problems(world, document, number)
    problems += DestinationCheck(world, policy).problems()
    has_loop = any(p.code == "loop" and p.number is None for p in read)
    return problems + list(crossing_problems(world, has_loop=has_loop))


def reference_problems(
    world: World, document: Document, number: str | None
) -> list[Problem]:
    """Return what the steps of a document refer to and does not exist."""
    problems = []
    for step in document.steps.values():
        for code, key, name in _missing(world, step):
            path = pointer(document.base, "nodes", step.name, key)
            problems.append(Problem(code, path, step.name, number, {key: name}))
    return problems


def _missing(world: World, step: WrittenStep) -> Iterator[tuple[str, str, str]]:
    library: dict[str, Container[str]] = {
        "calendar": world.calendars,
        "announcement": world.announcements,
        "queue": world.queues,
    }
    for part, name in kind_of(step.kind).references(step.fields):
        if part == "announcement" and not name.strip():
            continue  # told by the document already
        if name not in library[part]:
            yield UNKNOWN[part], part, name
        elif part == "announcement" and not world.announcements[name]:
            yield "empty_announcement", part, name
