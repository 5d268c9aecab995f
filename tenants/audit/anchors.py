"""Copies of each chain's end, in the database and in the log.

Who can change the trail can change what stands beside it. The log goes elsewhere:
keep it where nobody who has the database can write.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

import structlog
from django.db.models import OuterRef, Subquery

from tenants.models import AuditAnchor, AuditHead, Tenant
from vms_portal.kernel.local_time import BRUSSELS

MESSAGE = "audit anchor"
KINDS = {"timestamp": str, "customer": int | None, "sequence": int, "hash": str}
# No line of a log is as long; of what is no log, no more is held in memory.
LONGEST_LINE = 1_000_000
log = structlog.get_logger("vms.audit")


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of a chain as somebody saw it; ``seen`` says who and when."""

    sequence: int
    hash: str
    seen: str


# By customer; None is the operator's chain.
Logged = dict[int | None, list[Anchor]]


def anchor_all(now: dt.datetime) -> int:
    """Copy each chain's end, once an hour; return how many were new.

    The log gets every end, an unchanged one too: its older lines are thrown away.
    """
    here = now.astimezone(BRUSSELS)
    heads = list(AuditHead.objects.exclude(sequence=0))
    last = _last_anchors()
    for head in heads:
        log.info(
            MESSAGE, customer=head.tenant_id, sequence=head.sequence, hash=head.hash
        )
    new = [
        AuditAnchor(
            tenant_id=head.tenant_id,
            day=here.date(),
            hour=here.hour,
            sequence=head.sequence,
            hash=head.hash,
        )
        for head in heads
        if _is_due(head, last.get(head.tenant_id), here)
    ]
    AuditAnchor.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _last_anchors() -> dict[int | None, AuditAnchor]:
    """Return the newest anchor of each chain, each by one look into the index."""
    newest = AuditAnchor.objects.order_by("-day", "-hour")
    own = newest.filter(tenant=OuterRef("tenant")).values("pk")[:1]
    chains = AuditHead.objects.exclude(tenant=None)
    keys = chains.annotate(anchor=Subquery(own)).values_list("anchor", flat=True)
    anchors = list(AuditAnchor.objects.filter(pk__in=[pk for pk in keys if pk]))
    anchors += newest.filter(tenant=None)[:1]
    return {anchor.tenant_id: anchor for anchor in anchors}


def _is_due(head: AuditHead, last: AuditAnchor | None, here: dt.datetime) -> bool:
    """Tell whether a chain has another end than an hour ago."""
    if last is None:
        return True
    is_known = (last.sequence, last.hash) == (head.sequence, head.hash)
    return not is_known and (last.day, last.hour) != (here.date(), here.hour)


def stored(chain: Tenant | None) -> list[Anchor]:
    rows = AuditAnchor.objects.filter(tenant=chain)
    return [Anchor(row.sequence, row.hash, f"the anchor of {row.day}") for row in rows]


def lines_of(file: TextIO) -> Iterator[str]:
    """Yield the lines of a log; ValueError where it is none."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise ValueError(f"Line {number} is too long for a line of a log.")
        yield line


def read_log(lines: Iterable[str]) -> Logged:
    """The anchors in lines of a log; whatever stands before an object is passed over.

    ValueError for a line that speaks of an anchor and cannot be read: it may be the
    one that would show a cut.
    """
    logged: Logged = defaultdict(list)
    for number, line in enumerate(lines, 1):
        if MESSAGE not in line:
            continue
        try:
            entry = json.loads(line[line.index("{") :])
            if entry.get("message") != MESSAGE:
                continue
            if not all(isinstance(entry[name], kind) for name, kind in KINDS.items()):
                raise ValueError("not written by anchor_all")
            at = dt.datetime.fromisoformat(entry["timestamp"])
            seen = f"the log of {at:%Y-%m-%d %H:%M} UTC"
            anchor = Anchor(entry["sequence"], entry["hash"], seen)
        except (ValueError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(f"Line {number} cannot be read.") from error
        logged[entry["customer"]].append(anchor)
    return logged
