"""The start page: what is not normal, what happened, where to begin."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from numbers.models import GeographicNumber, Site
from numbers.selectors import served_on
from numbers.services import checklist
from tenants.audit.actions import COMINGS_AND_GOINGS, SUBJECTS, words
from tenants.audit.details import actor_words
from tenants.models import AuditEvent, Member
from tenants.requests.permissions import member_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.local_time import local_date

SHOWN_CHANGES = 6


@require_safe
def home(request: PortalRequest) -> HttpResponseBase:
    """Show the start page; without a customer, say what to do about it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.member is None:
        return render(request, "numbers/no_customer.html")
    member = request.member
    now = timezone.now()
    numbers = GeographicNumber.objects.visible_to(member)
    items = checklist.checklist(member)
    done = sum(item.is_done for item in items)
    context: dict[str, Any] = {
        "member": member,
        "number_count": served_on(numbers, local_date(now)).count(),
        "site_count": Site.objects.visible_to(member).count(),
        # A list that is done folds away by itself.
        "items": items if done < len(items) else [],
        "done": done,
        "changes": [_told(event) for event in _changes(member)[:SHOWN_CHANGES]],
    }
    return render(request, "numbers/home.html", context)


@require_POST
@member_required
def checklist_dismiss(request: PortalRequest) -> HttpResponse:
    """Put the first steps away."""
    checklist.dismiss(acting(request))
    return redirect("numbers:home")


def _changes(member: Member) -> QuerySet[AuditEvent]:
    """The newest acts that changed something, if this member may read about them."""
    events = AuditEvent.objects.visible_to(member).order_by("-at", "-id")
    events = events.exclude(action__in=COMINGS_AND_GOINGS)
    if member.may_manage_team:
        return events
    for_everybody = Q()
    for name, subject in SUBJECTS.items():
        if subject.for_everybody:
            for_everybody |= Q(action__startswith=f"{name}.")
    events = events.filter(for_everybody)
    if member.sees_all_numbers:
        return events
    mine = GeographicNumber.objects.visible_to(member).values_list("pk", flat=True)
    return events.filter(
        target_type=GeographicNumber._meta.label_lower,
        target_id__in=[str(pk) for pk in mine],
    )


def _told(event: AuditEvent) -> dict[str, Any]:
    return {
        "what": words(event.action),
        "target": event.target_label,
        "by": actor_words(event.actor_name),
        "at": event.at,
    }
