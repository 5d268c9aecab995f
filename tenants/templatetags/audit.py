"""What the audit trail has to say, for pages of the back office."""

from typing import Any

from django import template
from django.db import models

from tenants.audit_details import actor_words, details
from tenants.audit_words import words
from tenants.models import AuditEvent

register = template.Library()
MOST = 200


@register.simple_tag
def audit_of(row: models.Model) -> list[dict[str, Any]]:
    """Return the newest acts about a row, in words."""
    kind = row._meta.label_lower
    events = AuditEvent.objects.filter(target_type=kind, target_id=str(row.pk))
    return [
        {
            "at": event.at, "by": actor_words(event.actor_name),
            "words": words(event.action), "details": details(event.detail),
        }
        for event in events.order_by("-pk")[:MOST]
    ]  # fmt: skip
