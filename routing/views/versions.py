"""Earlier versions of a plan: look, compare, go back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from numbers.models import GeographicNumber
from routing import refusals, selectors
from routing.models import PlanVersion
from routing.pages.diagram import diagram
from routing.pages.diff import changes
from routing.pages.editor_page import titled_problems
from routing.pages.outline import outline
from routing.plan.draft import Draft
from routing.services import plans
from routing.services.destinations import DailyCapReached, ForbiddenDestination
from routing.services.turns import NotInService
from routing.views.common import NOT_PUBLISHED, confirm_new, customer_of, find_number
from routing.views.telling import tell_before_plan
from tenants.requests.permissions import editor_required, member_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.formatting import display
from vms_portal.kernel.web.kept_form import not_done
from vms_portal.kernel.web.statuses import CONFLICT, UNPROCESSABLE

PAGE = 25


@require_safe
@member_required
def version_list(request: PortalRequest, pk: int) -> HttpResponse:
    """Every version of a number's plan, newest first."""
    number = find_number(request, pk)
    versions = selectors.versions_of(number, acting(request))
    page = Paginator(versions, PAGE).get_page(request.GET.get("page"))
    context = {"number": number, "page": page, "versions": page.object_list}
    return render(request, "routing/version_list.html", context)


@require_safe
@member_required
def version_detail(request: PortalRequest, pk: int, sequence: int) -> HttpResponse:
    """One version, and what differs from the live one."""
    version = _version(request, find_number(request, pk), sequence)
    return _answer(request, version)


@require_POST
@editor_required
@not_done(NOT_PUBLISHED)
def version_roll_back(request: PortalRequest, pk: int, sequence: int) -> HttpResponse:
    """Publish a copy of an earlier version, checked as any other.

    The live version the person looked at is sent along: 409 when it is another.
    """
    number = find_number(request, pk)
    version = _version(request, number, sequence)
    if version.state == PlanVersion.State.DRAFT:
        raise Http404  # never live: it is published, not gone back to
    live = _live(request, number)
    if str(live.sequence if live else "") != request.POST.get("live", ""):
        problem = _("Another version went live meanwhile. Compare again below.")
        return _answer(request, version, problem=problem, status=CONFLICT)
    named = Draft.read(version.document).destinations
    confirm_new(request, named, version.number.activated_on)
    try:
        made = plans.roll_back(
            version=version, member=acting(request), now=timezone.now()
        )
    except plans.PlanHasProblems:
        problem = _("This version cannot go live as it is. See below what to fix.")
    except plans.NothingToPublish:
        problem = _("The live version says the same already. There is nothing to do.")
    except (DailyCapReached, ForbiddenDestination, NotInService) as refused:
        problem = refusals.sentence(refused)
    else:
        _tell(request, version, made)
        return redirect("routing:number_detail", pk)
    return _answer(request, version, problem=problem, status=UNPROCESSABLE)


def _tell(request: PortalRequest, old: PlanVersion, made: PlanVersion) -> None:
    values = {
        "old": old.sequence,
        "n": made.sequence,
        "number": display(old.number.e164),
    }
    told = _("Version %(old)s of %(number)s is live again, as version %(n)s.")
    messages.success(request, told % values)
    tell_before_plan(request, old.number)


def _version(
    request: HttpRequest, number: GeographicNumber, sequence: int
) -> PlanVersion:
    versions = selectors.versions_of(number, acting(request))
    version: PlanVersion = get_object_or_404(versions, sequence=sequence)
    version.number = number
    return version


def _live(request: HttpRequest, number: GeographicNumber) -> PlanVersion | None:
    versions = selectors.versions_of(number, acting(request))
    live: PlanVersion | None = versions.filter(state=PlanVersion.State.LIVE).first()
    return live


def _answer(
    request: PortalRequest,
    version: PlanVersion,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    member, number = acting(request), version.number
    live = _live(request, number)
    customer = customer_of(request)
    read = Draft.read(version.document, customer.names)
    problems = titled_problems(customer, version, read)
    is_retired = version.state == PlanVersion.State.RETIRED
    context = {
        "number": number,
        "member": member,
        "version": version,
        "live": live,
        "problem": problem,
        "problems": [{"message": p["message"], "href": ""} for p in problems],
        "roll_back_fields": [("live", live.sequence if live else "")],
        "may_go_back": member.may_edit and is_retired,
        "changes": changes(
            Draft.read(live.document if live else None, customer.names), read
        ),
        "lines": outline(read, problems),
        "diagram": diagram(read),
    }
    return render(request, "routing/version_detail.html", context, status=status)
