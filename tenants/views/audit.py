"""The audit trail of a customer, for its administrators."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants.audit.actions import SUBJECTS, words
from tenants.audit.details import actor_words, details, members
from tenants.forms.team import AuditFilterForm
from tenants.models import AuditEvent
from tenants.requests.permissions import team_required
from tenants.requests.portal_request import PortalRequest, acting
from tenants.selectors import audit_trail
from vms_portal.kernel.csv_files.downloads import csv_response
from vms_portal.kernel.form_choices import offer
from vms_portal.kernel.formatting import display
from vms_portal.kernel.local_time import BRUSSELS
from vms_portal.kernel.text import visible_lines, visible_text
from vms_portal.kernel.web.queries import without

PER_PAGE = 50
# What fits in one answer; the dates narrow it.
MOST_ROWS = 50_000


@require_safe
@team_required
def audit_list(request: PortalRequest) -> HttpResponse:
    form, filters = _filters(request)
    events = audit_trail(acting(request), filters)
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [_shown(event) for event in page],
        "query": without(request.GET, "page"),
    }
    return render(request, "tenants/audit_list.html", context)


@require_safe
@team_required
def audit_export(request: PortalRequest) -> HttpResponse:
    """The filtered trail as CSV, with the chain's hashes."""
    _form, filters = _filters(request)
    events = audit_trail(acting(request), filters)[:MOST_ROWS]
    header = [
        _("Number"),
        _("Time"),
        _("By"),
        _("Action"),
        _("Code"),
        _("Object"),
        _("Detail"),
        _("Hash"),
    ]
    return csv_response("audit.csv", header, map(_row, events))


def _shown(event: AuditEvent) -> dict[str, Any]:
    return {
        "event": event,
        "by": actor_words(event.actor_name),
        "words": words(event.action),
        "details": details(event.detail),
    }


def _row(event: AuditEvent) -> list[Any]:
    at = event.at.astimezone(BRUSSELS).isoformat(sep=" ", timespec="seconds")
    recorded = members(event.detail).items()
    detail = "; ".join(f"{key}: {value}" for key, value in recorded)
    return [
        event.sequence,
        at,
        event.actor_name,
        words(event.action),
        event.action,
        display(visible_text(event.target_label)),
        display(visible_lines(detail)),
        event.hash,
    ]


def _filters(request: PortalRequest) -> tuple[AuditFilterForm, dict[str, Any]]:
    """Return the form and what of it makes sense."""
    form = AuditFilterForm(request.GET)
    subjects = [(name, subject.words) for name, subject in SUBJECTS.items()]
    offer(form, "subject", [("", _("Everything")), *subjects])
    form.is_valid()
    return form, form.cleaned_data
