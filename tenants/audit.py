"""Recording who did what. The event commits or rolls back with the act itself."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.db import models
from django.utils import timezone
from structlog.contextvars import get_contextvars

from tenants.models import AuditEvent, AuditHead, Member, Tenant, User
from vms_portal.kernel.logs import REQUEST_ID

Actor = Member | User | str


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
    head = _lock_head(owner)
    user = actor.user if isinstance(actor, Member) else actor
    event = AuditEvent(
        tenant=owner,
        sequence=head.sequence + 1,
        at=at or timezone.now(),
        actor_id=user.pk if isinstance(user, User) else None,
        actor_name=str(user)[:200],
        action=action,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        target_label=str(target)[:200],
        detail=json.loads(json.dumps(detail or {}, default=str)),
        request_id=str(get_contextvars().get(REQUEST_ID, ""))[:64],
        previous_hash=head.hash,
    )
    event.hash = digest(event)
    event.save(force_insert=True)
    head.sequence, head.hash = event.sequence, event.hash
    head.save(update_fields=["sequence", "hash"])
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


def _lock_head(owner: Tenant | None) -> AuditHead:
    AuditHead.objects.bulk_create([AuditHead(tenant=owner)], ignore_conflicts=True)
    return AuditHead.objects.select_for_update().get(tenant=owner)
