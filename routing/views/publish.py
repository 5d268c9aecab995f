"""Publishing or discarding a draft, and what to do when somebody was first."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from numbers.models import GeographicNumber
from routing import refusals
from routing.models import PlanVersion
from routing.plan.draft import Draft
from routing.services import plans
from routing.services.destinations import DailyCapReached, ForbiddenDestination
from routing.services.turns import NotInService
from routing.views.common import NOT_PUBLISHED, confirm_new, customer_of, find_number
from routing.views.meanwhile import draft_of, published_meanwhile, saved_meanwhile
from routing.views.plan import editor_answer
from routing.views.telling import tell_before_plan
from tenants.models import Member
from tenants.requests.permissions import editor_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.formatting import display
from vms_portal.kernel.text import clean_text, whole_number
from vms_portal.kernel.web.kept_form import not_done
from vms_portal.kernel.web.statuses import UNPROCESSABLE

REFUSED = (
    plans.NothingToPublish,
    plans.PlanHasProblems,
    DailyCapReached,
    ForbiddenDestination,
    NotInService,
)


@require_POST
@editor_required
@not_done(NOT_PUBLISHED)
def publish(request: PortalRequest, pk: int) -> HttpResponse:
    """Make the draft live; whoever comes second is told by whom they were beaten."""
    number = find_number(request, pk)
    draft = draft_of(request, number)
    if draft is None or str(draft.pk) != request.POST.get("draft"):
        return published_meanwhile(request, number, draft)
    comment = clean_text(request.POST.get("comment", ""))[:200]
    if whole_number(request.POST.get("revision", "")) != draft.revision:
        return saved_meanwhile(request, draft)
    # Confirmed is what this revision sends to; the service publishes no later one.
    named = Draft.read(draft.document).destinations
    confirm_new(request, named, number.activated_on)
    try:
        version = plans.publish(
            draft=draft,
            member=acting(request),
            now=timezone.now(),
            comment=comment,
            replace=request.POST.get("replace") == "1",
            revision=draft.revision,
        )
    except plans.DraftChanged as changed:
        return saved_meanwhile(request, changed.draft)
    except (plans.StaleDraft, plans.NotADraft):
        return published_meanwhile(request, number, draft_of(request, number))
    except REFUSED as refused:
        return _not_published(request, draft, comment, refused)
    _tell(request, version, number)
    return redirect("routing:number_detail", pk)


def _tell(
    request: PortalRequest, version: PlanVersion, number: GeographicNumber
) -> None:
    """Say which version is live, and what decides if calls do not follow it now."""
    values = {"n": version.sequence, "number": display(number.e164)}
    messages.success(request, _("Version %(n)s of %(number)s is live.") % values)
    tell_before_plan(request, number)


def _not_published(
    request: PortalRequest, draft: PlanVersion, comment: str, refused: Exception
) -> HttpResponse:
    """Answer with the editor as the draft stands, the comment and the reason."""
    return editor_answer(
        request,
        draft,
        customer_of(request, draft.number),
        status=UNPROCESSABLE,
        problem=_said(refused, acting(request)),
        comment=comment,
    )


def _said(refused: Exception, member: Member) -> str:
    """Return why a plan was not published, beside the problems the editor shows."""
    if isinstance(refused, plans.NothingToPublish):
        return _("The live version says the same already. There is nothing to publish.")
    if isinstance(refused, plans.PlanHasProblems) and member.sees_all_numbers:
        # Who sees fewer is told: what other numbers do is not on the page.
        return ""
    return refusals.sentence(refused)


@require_POST
@editor_required
def discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Throw the draft away; calls are not touched."""
    number = find_number(request, pk)
    draft = draft_of(request, number)
    try:
        if draft is None or str(draft.pk) != request.POST.get("draft"):
            raise plans.NotADraft(draft)
        plans.discard_draft(draft=draft, member=acting(request))
    except plans.NotADraft:
        return published_meanwhile(request, number, draft)
    messages.success(request, _("The draft is discarded. Calls are routed as before."))
    return redirect("routing:number_detail", pk)
