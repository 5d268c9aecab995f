"""Copies of each chain's end, in the database and in the log.

Who can change the trail can change what stands beside it. The log goes elsewhere:
keep it where nobody who has the database can write.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from tenants.models import AuditAnchor, AuditHead, Tenant
from vms_portal.kernel.local_time import BRUSSELS

MESSAGE = "audit anchor"
KINDS = {"timestamp": str, "customer": int | None, "sequence": int, "hash": str}
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
    ends = [head.hash for head in heads]
    known = {
        (row.tenant_id, row.sequence, row.hash)
        for row in AuditAnchor.objects.filter(hash__in=ends)
    }
    for head in heads:
        log.info(MESSAGE, customer=head.tenant_id, sequence=head.sequence,
                 hash=head.hash)  # fmt: skip
    before = AuditAnchor.objects.count()
    AuditAnchor.objects.bulk_create(
        (
            AuditAnchor(
                tenant_id=head.tenant_id, day=here.date(), hour=here.hour,
                sequence=head.sequence, hash=head.hash,
            )
            for head in heads
            if (head.tenant_id, head.sequence, head.hash) not in known
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    return AuditAnchor.objects.count() - before


def stored(chain: Tenant | None) -> list[Anchor]:
    rows = AuditAnchor.objects.filter(tenant=chain)
    return [Anchor(row.sequence, row.hash, f"the anchor of {row.day}") for row in rows]


def read_log(lines: Iterable[str]) -> Logged:
    """The anchors in lines of a log; whatever stands before an object is passed over.

    ValueError for a line that speaks of an anchor and cannot be read: it may be the
    one that would show a cut.
    """
    found: Logged = defaultdict(list)
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
        found[entry["customer"]].append(anchor)
    return found
