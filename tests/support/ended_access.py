"""What a person made, and what is left of it when their access ends."""

import datetime as dt

from django.utils import timezone

from tenants.models import AuditEvent, Invitation
from tenants.services import invitations

PASSWORD = "tulips in the rain"
HOUR = dt.timedelta(hours=1)


def invite(by, email: str = "new@acme.example", **more) -> Invitation:
    return invitations.invite(
        by=by, email=email, role="viewer", now=timezone.now(), **more
    )


def events(action: str) -> list[tuple[str | None, str]]:
    found = AuditEvent.objects.filter(action=action).select_related("tenant")
    return sorted(
        (e.tenant.reference if e.tenant else "", e.detail.get("reason", ""))
        for e in found
    )
