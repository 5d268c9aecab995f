"""All that is wrong with a configuration, before a call ever meets it."""

from collections.abc import Iterator

from routing.engine.crossing import crossing_problems
from routing.engine.destinations import DestinationCheck, DestinationPolicy
from routing.engine.document import Document, Step
from routing.engine.problems import Problem, pointer
from routing.engine.reading import read_world
from routing.engine.world import World


def validate(raw: object, policy: DestinationPolicy) -> list[Problem]:
    """Return every problem of a world given as JSON; an empty list can be published.

    Everything in the input is judged, used or not. Never raises, whatever JSON
    it is given.
    """
    world, problems = read_world(raw)
    return problems if world is None else problems + _problems(world, problems, policy)


def _problems(
    world: World, read: list[Problem], policy: DestinationPolicy
) -> list[Problem]:
    found = []
    for plan in (world.called, *world.others.values()):
        number = None if plan is world.called else plan.e164
        for document in plan.documents():
            found += reference_problems(world, document, number)
    found += DestinationCheck(world, policy).problems()
    has_loop = any(p.code == "loop" and p.number is None for p in read)
    return found + list(crossing_problems(world, has_loop=has_loop))


def reference_problems(
    world: World, document: Document, number: str | None
) -> list[Problem]:
    """Return what the steps of a document refer to and does not exist."""
    found = []
    for step in document.steps.values():
        for code, key, name in _missing(world, step):
            path = pointer(document.base, "nodes", step.name, key)
            found.append(Problem(code, path, step.name, number, {key: name}))
    return found


def _missing(world: World, step: Step) -> Iterator[tuple[str, str, str]]:
    calendar, queue = step.fields.get("calendar"), step.fields.get("queue")
    if step.kind == "schedule" and isinstance(calendar, str):
        if calendar not in world.calendars:
            yield "unknown_calendar", "calendar", calendar
    elif step.kind == "queue" and isinstance(queue, str):
        if queue not in world.queues:
            yield "unknown_queue", "queue", queue
    elif step.kind in ("menu", "announcement", "voicemail"):
        spoken = step.fields.get("announcement")
        if isinstance(spoken, str) and spoken.strip():
            has_content = world.announcements.get(spoken)
            if has_content is None:
                yield "unknown_announcement", "announcement", spoken
            elif not has_content:
                yield "empty_announcement", "announcement", spoken
