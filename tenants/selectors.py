"""Reads of people and their acts for the portal's pages."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from tenants.models import ApiToken, AuditEvent, Invitation, Member, Tenant, User
from vms_portal.kernel.local_time import midnight
from vms_portal.kernel.telephony import compact, searched, without_hidden


def open_invitations(member: Member) -> QuerySet[Invitation]:
    """Invitations neither accepted nor withdrawn; expired ones show as such."""
    # Not joined: staff, who invite as well, have no row here.
    mine = Invitation.objects.visible_to(member).prefetch_related("invited_by")
    return mine.filter(accepted_at=None, revoked_at=None)


@dataclass(frozen=True, slots=True)
class StaffAuthor:
    """What the portal may know of a member of staff who invited somebody."""

    may_invite: bool
    is_superuser: bool


def staff_author(user_id: int) -> StaffAuthor | None:
    """Return what an active member of staff may; None for anybody else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT may_invite, is_superuser FROM tenants_staff_author(%s)", [user_id]
        )
        row = cursor.fetchone()
    return None if row is None or row[0] is None else StaffAuthor(*row)


def alone_in_charge_of(person: User) -> list[Tenant]:
    """Return the customers that nobody else administers who can sign in."""
    able = Member.objects.filter(
        role=Member.Role.ADMIN, is_active=True, user__is_active=True
    )
    own = able.filter(user=person).select_related("tenant")
    others = able.exclude(user=person).values("tenant")
    return [member.tenant for member in own.exclude(tenant__in=others)]


def tokens_of(member: Member) -> QuerySet[ApiToken]:
    """A member's own tokens; an administrator sees everybody's."""
    mine = ApiToken.objects.visible_to(member).select_related("member__user")
    return mine if member.may_manage_team else mine.filter(member=member)


def label_matches(text: str) -> Q:
    """The condition that an event is about ``text``: a name, or a number's beginning.

    Numbers stand in the trail as E.164, and are looked for in any notation.
    """
    matches = Q(target_label__icontains=text)
    digits, start = compact(without_hidden(text)), searched(text)
    if digits is not None:
        matches |= Q(target_label__contains=digits)
    return matches | Q(target_label__contains=start) if start else matches


def audit_trail(member: Member, filters: dict[str, Any]) -> QuerySet[AuditEvent]:
    """The customer's events, newest first; ``since`` and ``until`` are included."""
    events = AuditEvent.objects.visible_to(member).order_by("-at", "-id")
    if subject := filters.get("subject"):
        events = events.filter(action__startswith=f"{subject}.")
    if by := filters.get("by"):
        events = events.filter(actor_name__icontains=by)
    if about := filters.get("about"):
        events = events.filter(label_matches(about))
    if since := filters.get("since"):
        events = events.filter(at__gte=midnight(since))
    if until := filters.get("until"):
        events = events.filter(at__lt=midnight(until + dt.timedelta(days=1)))
    return events
