"""What became of a draft while somebody had it open, and what they can do now."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from numbers.models import GeographicNumber
from routing.models import PlanVersion
from routing.pages.diff import changes
from routing.plan.draft import Draft
from routing.services import undo
from routing.views.common import customer_of, find_number
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.text import whole_number
from vms_portal.kernel.web import kept_form
from vms_portal.kernel.web.statuses import CONFLICT

State = PlanVersion.State
DraftView = Callable[[PortalRequest, PlanVersion], HttpResponse]


def of_draft(view: DraftView) -> Callable[[PortalRequest, int], HttpResponse]:
    """Hand a view the draft its form was made from; 409 tells what became of it."""

    @wraps(view)
    def inner(request: PortalRequest, pk: int) -> HttpResponse:
        number = find_number(request, pk)
        draft = draft_of(request, number)
        if draft is None:
            return published_meanwhile(request, number, None)
        if request.POST.get("draft", str(draft.pk)) != str(draft.pk):
            return saved_meanwhile(request, draft)
        return view(request, draft)

    return inner


def draft_of(request: HttpRequest, number: GeographicNumber) -> PlanVersion | None:
    return current_versions(request, number).get(State.DRAFT)


def current_versions(
    request: HttpRequest, number: GeographicNumber
) -> dict[str, PlanVersion]:
    """Return the draft and the live version by state, in one statement."""
    versions = list(versions_of_number(request, number).exclude(state=State.RETIRED))
    for version in versions:
        version.number = number
    return {version.state: version for version in versions}


def saved_meanwhile(request: PortalRequest, draft: PlanVersion) -> HttpResponse:
    """Tell who saved the draft meanwhile, what they changed, and both choices.

    What was sent can be sent once more, to the draft as it is now.
    """
    seen = undo.at_revision(draft, revision_of(request))
    names = customer_of(request).names
    again = [
        (key, value)
        for key, values in request.POST.lists()
        for value in values
        if key not in ("draft", "revision", "csrfmiddlewaretoken")
    ]
    context = {
        "number": draft.number,
        "draft": draft,
        "changes": changes(Draft.read(seen, names), Draft.read(draft.document, names))
        if seen is not None
        else [],
        "again": [*again, ("draft", draft.pk), ("revision", draft.revision)],
        "address": request.path,
        "step": request.POST.get("step", ""),
    }
    return render(request, "routing/plan_changed.html", context, status=CONFLICT)


def published_meanwhile(
    request: PortalRequest, number: GeographicNumber, draft: PlanVersion | None
) -> HttpResponse:
    """Tell which version is live, since when and by whom, the difference, the choices.

    ``draft`` is the draft that is there now, if any.
    """
    live = versions_of_number(request, number).filter(state=State.LIVE).first()
    names = customer_of(request).names
    old = Draft.read(live.document if live else None, names)
    context = {
        "number": number,
        "live": live,
        "draft": draft,
        "typed": [] if draft else kept_form.typed(request),
        "comment": request.POST.get("comment", ""),
        "changes": changes(old, Draft.read(draft.document, names)) if draft else [],
    }
    return render(request, "routing/plan_published.html", context, status=CONFLICT)


def versions_of_number(request: HttpRequest, number: GeographicNumber) -> Any:
    mine = PlanVersion.objects.visible_to(acting(request)).filter(number=number)
    return mine.select_related("changed_by", "published_by")


def revision_of(request: HttpRequest) -> int:
    return whole_number(request.POST.get("revision", "")) or 0
