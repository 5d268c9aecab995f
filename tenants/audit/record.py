"""Recording who did what. The event commits or rolls back with the act itself."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from structlog.contextvars import get_contextvars

from tenants.audit.actions import ACTIONS
from tenants.audit.details import ACTORS
from tenants.models import AuditEvent, AuditHead, Member, Tenant, User
from vms_portal.kernel.running.logs import REQUEST_ID

Actor = Member | User | str


class UnknownAction(ValueError):
    """No app has words for the action, or for the process that acts."""


def record(
    *,
    actor: Actor,
    action: str,
    target: models.Model,
    tenant: Tenant | None = None,
    detail: dict[str, Any] | None = None,
    at: dt.datetime | None = None,
) -> AuditEvent:
    """Append one event to the customer's chain, or to the operator's.

    The chain is ``tenant``'s, else that of ``target.tenant``, else the
    operator's. ``actor`` is a member, a staff user, or the name of a process.
    Runs inside the caller's transaction and holds the chain's head until it ends.
    """
    owner = tenant or getattr(target, "tenant", None)
    act = Act(target, detail or {}, owner)
    (event,) = record_each([act], actor=actor, action=action, at=at)
    return event


@dataclass(frozen=True, slots=True)
class Act:
    """What one of many events is about; ``tenant`` None is the operator's chain."""

    target: models.Model
    detail: dict[str, Any]
    tenant: Tenant | None


def record_each(
    acts: Sequence[Act], *, actor: Actor, action: str, at: dt.datetime | None = None
) -> list[AuditEvent]:
    """Append one event for each act, to the chains of their customers, in order.

    As many statements as for one. The heads are locked in one order, so two callers
    with the same customers take turns. ``UnknownAction``.
    """
    if action not in ACTIONS:
        raise UnknownAction(action)
    if isinstance(actor, str) and actor not in ACTORS:
        raise UnknownAction(actor)
    heads = _lock_heads({_key(act.tenant) for act in acts})
    user = actor.user if isinstance(actor, Member) else actor
    common = {
        "at": at or timezone.now(),
        "actor_id": user.pk if isinstance(user, User) else None,
        "actor_name": str(user)[:200],
        "action": action,
        "request_id": str(get_contextvars().get(REQUEST_ID, ""))[:64],
    }
    events = [_next(heads[_key(act.tenant)], act, common) for act in acts]
    # No event stands after the end of its chain, in the database neither.
    AuditHead.objects.bulk_update(heads.values(), ["sequence", "hash"])
    AuditEvent.objects.bulk_create(events)
    return events


def hold_chain(tenant: Tenant) -> None:
    """Lock a customer's chain before others that an act goes on to, in their order."""
    _lock_heads({tenant.pk})


def _next(head: AuditHead, act: Act, common: dict[str, Any]) -> AuditEvent:
    """The event that follows ``head``, which moves on to it."""
    event = AuditEvent(
        tenant=act.tenant,
        sequence=head.sequence + 1,
        target_type=act.target._meta.label_lower,
        target_id=str(act.target.pk),
        target_label=str(act.target)[:200],
        detail=json.loads(json.dumps(act.detail, default=str)),
        previous_hash=head.hash,
        **common,
    )
    event.hash = digest(event)
    head.sequence, head.hash = event.sequence, event.hash
    return event


def digest(event: AuditEvent) -> str:
    """Return the SHA-256 (hex) of an event and of the hash before it."""
    content = [
        event.tenant_id,
        event.sequence,
        event.at.astimezone(dt.UTC).isoformat(),
        event.actor_id,
        event.actor_name,
        event.action,
        event.target_type,
        event.target_id,
        event.target_label,
        event.detail,
        event.request_id,
        event.previous_hash,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _key(owner: Tenant | None) -> int | None:
    return owner.pk if owner else None


def _lock_heads(owners: set[int | None]) -> dict[int | None, AuditHead]:
    """The ends of these chains; those of new ones are made. The operator's is last."""
    customers = sorted(pk for pk in owners if pk is not None)
    owned = [*customers, None] if None in owners else customers
    ends = [AuditHead(tenant_id=pk) for pk in owned]
    AuditHead.objects.bulk_create(ends, ignore_conflicts=True)
    chains = Q(tenant__in=customers)
    if None in owners:
        chains |= Q(tenant=None)
    heads = AuditHead.objects.select_for_update().filter(chains)
    in_order = heads.order_by(F("tenant_id").asc(nulls_last=True))
    return {head.tenant_id: head for head in in_order}
