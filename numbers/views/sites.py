"""Sites with their lines, and the correction of name and address."""

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from numbers.forms import SiteAddressForm
from numbers.models import Line, Site
from numbers.selectors import list_sites
from numbers.services.sites import FIELDS, SiteChanged, fingerprint, update_site
from numbers.views.common import find_site
from tenants.requests.permissions import editor_required, member_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.web.statuses import CONFLICT, UNPROCESSABLE


@require_safe
@member_required
def site_list(request: PortalRequest) -> HttpResponse:
    """List the sites with lines, channels and how many numbers are in service."""
    sites = list(list_sites(acting(request), local_date(timezone.now())))
    lines = Line.objects.visible_to(acting(request)).filter(site__in=sites)
    channels = lines.aggregate(total=Sum("channels"))["total"] or 0
    context = {"sites": sites, "channels": channels}
    return render(request, "numbers/site_list.html", context)


@require_http_methods(["GET", "POST"])
@editor_required
def site_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Correct name and address; what was typed is kept when it is refused.

    409 when somebody else corrected them since the page was opened.
    """
    is_sent = request.method == "POST"
    site = find_site(request, pk)
    form = SiteAddressForm(request.POST if is_sent else None, instance=site)
    if not form.is_valid():
        return _form(request, pk, form, UNPROCESSABLE if is_sent else 200)
    try:
        site = update_site(
            site=find_site(request, pk),
            **{field: form.cleaned_data[field] for field in FIELDS},
            member=acting(request),
            expected=request.POST.get("expected", ""),
        )
    except SiteChanged:
        problem = _changed(find_site(request, pk))
        return _form(request, pk, form, CONFLICT, problem)
    messages.success(request, _("%(site)s is changed.") % {"site": site.name})
    return redirect("numbers:site_list")


def _form(
    request: PortalRequest,
    pk: int,
    form: SiteAddressForm,
    status: int,
    problem: str = "",
) -> HttpResponse:
    """Show the form beside the site as it is stored."""
    site = find_site(request, pk)
    context = {
        "site": site,
        "form": form,
        "problem": problem,
        "expected": fingerprint(site),
    }
    return render(request, "numbers/site_edit.html", context, status=status)


def _changed(site: Site) -> str:
    now = ", ".join(filter(None, (getattr(site, field) for field in FIELDS)))
    return _(
        "Somebody changed this site after you opened it, to: %(now)s. Save once more "
        "to replace that by what stands here."
    ) % {"now": now}
