"""Every destination a number can send to, wherever its configuration says so."""

from routing.engine.document import Document
from routing.engine.problems import pointer
from routing.engine.steps import kind_of
from routing.engine.world import Emergency, Override, Redirection, Sending


def document_sendings(document: Document | None) -> list[Sending]:
    """Return the destinations of a document's steps."""
    if document is None:
        return []
    found = []
    for step in document.steps.values():
        path = pointer(document.base, "nodes", step.name)
        found += [
            Sending(destination, pointer(path, *where), step.name)
            for destination, where in kind_of(step.kind).destinations(step.fields)
        ]
    return found


def plan_sendings(
    base: str,
    emergency: Emergency | None,
    override: Override | None,
    continuity: dict[str, Redirection],
) -> list[Sending]:
    """Return the destinations around the document, in force or dormant."""
    found = []
    if emergency:
        found += document_sendings(emergency.document)
        if emergency.destination is not None:
            path = pointer(base, "emergency", "destination")
            found.append(Sending(emergency.destination, path))
    if override:
        path = pointer(base, "override", "destination")
        found.append(Sending(override.destination, path))
    for kind, redirection in continuity.items():
        path = pointer(base, "continuity", kind)
        found.append(Sending(redirection.destination, pointer(path, "destination")))
        if redirection.backup is not None:
            found.append(Sending(redirection.backup, pointer(path, "backup")))
    return found
