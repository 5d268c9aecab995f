"""What the audit trail has to say, for pages of the back office."""

from typing import Any

from django import template
from django.db import models
from django.db.models import Q

from tenants.audit.actions import COMINGS_AND_GOINGS, words
from tenants.audit.details import actor_words, details
from tenants.models import AuditEvent, User

register = template.Library()
MOST = 200
# Acts of staff are few among those of customers; older ones are in the audit trail.
LOOKED_AT, RECENT = 2_000, 10


@register.simple_tag
def audit_of(row: models.Model) -> list[dict[str, Any]]:
    """Return the newest acts about a row, in words."""
    kind = row._meta.label_lower
    events = AuditEvent.objects.filter(target_type=kind, target_id=str(row.pk))
    return [_told(event) for event in events.order_by("-pk")[:MOST]]


@register.simple_tag
def recent_acts(user: User) -> list[dict[str, Any]]:
    """Return what staff did of late: administrators see everybody's, others theirs."""
    newest = AuditEvent.objects.order_by("-pk").values("pk")[:LOOKED_AT]
    events = AuditEvent.objects.filter(pk__in=newest)
    events = events.exclude(action__in=COMINGS_AND_GOINGS)
    if user.is_superuser:
        staff = User.objects.filter(Q(is_staff=True) | Q(is_superuser=True))
        events = events.filter(actor_id__in=staff.values("pk"))
    else:
        events = events.filter(actor_id=user.pk)
    return [_told(event) for event in events.by_act().order_by("-pk")[:RECENT]]


def _told(event: AuditEvent) -> dict[str, Any]:
    return {
        "at": event.at,
        "by": actor_words(event.actor_name),
        "words": words(event.action),
        "details": details(event.detail),
        "about": event.target_label,
        "others": getattr(event, "others", 0),
    }
