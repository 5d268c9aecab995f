"""Every destination a number can send to, wherever its configuration says so."""

from routing.engine.document import Document
from routing.engine.problems import pointer
from routing.engine.steps import kind_of
from routing.engine.world import Emergency, Override, Redirection, Sending


def document_sendings(document: Document | None) -> list[Sending]:
    """Return the destinations of a document's steps."""
    if document is None:
        return []
    sendings = []
    for step in document.steps.values():
        path = pointer(document.base, "nodes", step.name)
        sendings += [
            Sending(destination, pointer(path, *where), step.name)
            for destination, where in kind_of(step.kind).destinations(step.fields)
        ]
    return sendings


def plan_sendings(
    base: str,
    emergency: Emergency | None,
    override: Override | None,
    continuity: dict[str, Redirection],
) -> list[Sending]:
    """Return the destinations around the document, in force or dormant."""
    sendings = []
    if emergency:
        sendings += document_sendings(emergency.document)
        if emergency.destination is not None:
            path = pointer(base, "emergency", "destination")
            sendings.append(Sending(emergency.destination, path))
    if override:
        path = pointer(base, "override", "destination")
        sendings.append(Sending(override.destination, path))
    for kind, redirection in continuity.items():
        path = pointer(base, "continuity", kind)
        sendings.append(Sending(redirection.destination, pointer(path, "destination")))
        if redirection.backup is not None:
            sendings.append(Sending(redirection.backup, pointer(path, "backup")))
    return sendings
