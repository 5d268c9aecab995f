"""What happens to a person, in the trails of everybody it concerns."""

import datetime as dt
from typing import Any

from django.db import transaction

from tenants.audit import record as audit
from tenants.audit.record import Actor
from tenants.models import Member, User
from vms_portal.kernel.data import row_security


@transaction.atomic
def record(
    *,
    user: User,
    action: str,
    by: Actor,
    detail: dict[str, Any] | None = None,
    at: dt.datetime | None = None,
) -> None:
    """Record an act about a person for each customer they work for.

    What staff did, and what happened to staff, is in the operator's chain too; the
    portal's role cannot write that one. The chains are locked in the order in which
    everybody locks several.
    """
    memberships = Member.objects.filter(user=user, is_active=True)
    for member in memberships.select_related("tenant").order_by("tenant_id"):
        with row_security.tenant_scope(member.tenant_id):
            audit.record(
                actor=by,
                action=action,
                target=user,
                tenant=member.tenant,
                detail=detail,
                at=at,
            )
    is_staffs = isinstance(by, User) and by.audience == "backoffice"
    if is_staffs or user.audience == "backoffice":
        audit.record(actor=by, action=action, target=user, detail=detail, at=at)
