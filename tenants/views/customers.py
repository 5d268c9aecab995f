"""Which customer a person works for."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tenants.requests.middleware import SESSION_KEY
from tenants.requests.portal_request import PortalRequest


@require_POST
@login_required
def customer_switch(request: PortalRequest) -> HttpResponse:
    """Work for another of one's customers from the next request on.

    Back to the start page: the page this came from may show the other's objects.
    ``next`` is given where a form of the customer wanted could not be sent.
    """
    wanted = request.POST.get("customer", "")
    for member in request.memberships:
        if str(member.tenant_id) == wanted:
            request.session[SESSION_KEY] = member.tenant_id
            back = request.POST.get("next", "/")
            # ``redirect`` takes what is no path for the name of a page.
            is_ours = back.startswith("/")
            is_ours = is_ours and url_has_allowed_host_and_scheme(back, None)
            return HttpResponseRedirect(back if is_ours else "/")
    raise Http404
