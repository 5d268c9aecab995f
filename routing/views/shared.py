"""Going back to an earlier version of what numbers share."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from routing import refusals
from routing.models import Calendar, SharedVersion
from routing.services import restoring
from routing.services.destinations import DailyCapReached, ForbiddenDestination
from routing.services.library import CalendarHasProblems, NameTaken
from routing.views.common import confirm_new
from routing.views.telling import tell_all_follow, tell_saved
from tenants.models import Member
from tenants.requests.permissions import shared_editor_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.text import whole_number

Kind = SharedVersion.Kind
GONE = gettext_lazy("This version names something that is gone and cannot come back.")
# Why a version does not come back, beside what a destination is refused for.
REFUSED: dict[type[Exception], str | Promise] = {
    restoring.ChangedSince: gettext_lazy(
        "Somebody changed it meanwhile. Look at the versions again."
    ),
    NameTaken: gettext_lazy("Another one has the name of this version now."),
    restoring.GoneSince: GONE,
    CalendarHasProblems: GONE,
    restoring.NoCaller: gettext_lazy(
        "This version has a rule that begins no number. Add its rules anew."
    ),
    restoring.TooManyCallers: gettext_lazy(
        "This version has a rule for every caller in Belgium or in many countries. "
        "Add its rules anew."
    ),
}


@require_POST
@shared_editor_required
def shared_restore(request: PortalRequest, pk: int) -> HttpResponse:
    """Save an earlier version again; calls follow it at once."""
    member = acting(request)
    version = get_object_or_404(SharedVersion.objects.visible_to(member), pk=pk)
    if version.kind == Kind.SAFETY:
        confirm_new(request, [version.content["destination"]])
    try:
        restoring.restore(
            version=version,
            newest=whole_number(request.POST.get("newest", "")) or 0,
            member=member,
            now=timezone.now(),
        )
    except tuple(REFUSED) as refused:
        messages.warning(request, str(REFUSED[type(refused)]))
    except (ForbiddenDestination, DailyCapReached) as refused:
        messages.warning(request, refusals.sentence(refused))
    else:
        _tell(request, version)
    return _page_of(version, member)


def _tell(request: PortalRequest, version: SharedVersion) -> None:
    done = _("Version %(n)s is back.") % {"n": version.sequence}
    if version.kind in (Kind.CALENDAR, Kind.ANNOUNCEMENT):
        tell_saved(request, done, version.kind, version.key)
    else:
        tell_all_follow(request, done)


def _page_of(version: SharedVersion, member: Member) -> HttpResponse:
    if version.kind == Kind.CALENDAR:
        mine = Calendar.objects.visible_to(member).filter(slug=version.key)
        calendar = mine.first()
        if calendar is None:
            return redirect("routing:calendar_list")
        return redirect("routing:calendar_detail", calendar.pk)
    if version.kind == Kind.ANNOUNCEMENT:
        return redirect("routing:announcement_list")
    return redirect("routing:settings")
