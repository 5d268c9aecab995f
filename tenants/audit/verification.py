"""Checking the audit trail: is every chain as it was written, to its end?"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tenants.audit.anchors import Anchor, stored
from tenants.audit.record import digest
from tenants.models import AuditEvent, AuditHead, Tenant
from vms_portal.kernel.text import visible_text

BATCH = 2_000
FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in one chain. ``chain`` is a reference, or ``operator``."""

    chain: str
    text: str

    def __str__(self) -> str:
        return f"{self.chain}: {self.text}"


def chains() -> list[Tenant | None]:
    """Every customer, and None for the operator: also those without events."""
    return [None, *Tenant.objects.order_by("pk")]


def name_of(chain: Tenant | None) -> str:
    return chain.reference if chain else "operator"


def verify(
    chain: Tenant | None, logged: Sequence[Anchor] = ()
) -> tuple[int, list[Finding]]:
    """Return how many events the chain holds and what is wrong with it.

    ``logged`` are ends of this chain that a log saw. Needs the rights to read every
    customer: ``scoping.system_scope``.
    """
    anchors: dict[int, list[Anchor]] = defaultdict(list)
    for anchor in [*stored(chain), *logged]:
        anchors[anchor.sequence].append(anchor)
    problems: list[str] = []
    count, last, last_hash = 0, 0, FIRST
    for event in _in_order(chain):
        count += 1
        problems += _look_at(event, last, last_hash)
        problems += [
            _told(event, f"differs from {anchor.seen}")
            for anchor in anchors.pop(event.sequence, ())
            if anchor.hash != event.hash
        ]
        last, last_hash = event.sequence, event.hash
    problems += _look_at_end(chain, last, last_hash)
    problems += [
        f"event {sequence} is missing: {' and '.join(a.seen for a in seen)} saw it"
        for sequence, seen in anchors.items()
    ]
    return count, [Finding(name_of(chain), text) for text in problems]


def _in_order(chain: Tenant | None) -> Iterator[AuditEvent]:
    """Yield the events by sequence, some at a time: a chain only grows."""
    events = AuditEvent.objects.filter(tenant=chain).order_by("sequence")
    last = -1
    while batch := list(events.filter(sequence__gt=last)[:BATCH]):
        yield from batch
        last = batch[-1].sequence


def _look_at(event: AuditEvent, last: int, last_hash: str) -> list[str]:
    """Return what is wrong with one event, and between it and the one before."""
    is_next = event.sequence == last + 1
    problems = [] if is_next else [f"{_span(last + 1, event.sequence - 1)} missing"]
    if digest(event) != event.hash:
        problems.append(_told(event, "was changed"))
    elif is_next and event.previous_hash != last_hash:
        problems.append(_told(event, "does not follow the one before it"))
    return problems


def _look_at_end(chain: Tenant | None, last: int, last_hash: str) -> list[str]:
    head = AuditHead.objects.filter(tenant=chain).first()
    if head is None:
        return ["the end of the chain is missing"] if last else []
    if head.sequence > last:
        return [f"{_span(last + 1, head.sequence)} missing"]
    if (head.sequence, head.hash) != (last, last_hash):
        return ["the end of the chain was changed"]
    return []


def _span(first: int, last: int) -> str:
    return f"event {first} is" if first == last else f"events {first} to {last} are"


def _told(event: AuditEvent, what: str) -> str:
    # Whoever wrote it may have written for the terminal that shows it.
    return visible_text(
        f"event {event.sequence} {what}: {event.action} of {event.target_label} "
        f"by {event.actor_name} at {event.at:%Y-%m-%d %H:%M:%S} UTC"
    )
