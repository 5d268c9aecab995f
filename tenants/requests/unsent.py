"""Answers to a form that could not be sent: nothing changed, what was typed is kept."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from tenants.requests.customer_of_form import SAFE, said_by
from tenants.requests.portal_request import PortalRequest
from tenants.sign_in import kept_acts, kept_invitation
from vms_portal.kernel.data import secret_keys
from vms_portal.kernel.running.logs import holds_secret
from vms_portal.kernel.web import kept_form


def sign_in_again(request: HttpRequest) -> HttpResponseBase:
    """Send a visitor to the sign-in page, and back to where they are.

    From the page that asks who is there, back to the form that waited for it: who
    signs in has shown that.
    """
    if kept_acts.is_confirmation(request):
        request = kept_acts.form_behind(request)
    if request.method in SAFE:
        return _back_from_sign_in(request)
    words = {"not_done": kept_form.words_for(request)}
    messages.error(request, _("Your session ended. %(not_done)s") % words)
    answer = redirect_to_login(kept_form.keep(request))
    if request.headers.get("HX-Request"):
        # A redirect would be followed out of sight and put into a part of the page.
        return HttpResponseClientRedirect(answer.url)
    return answer


def _back_from_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page; its query holds no address that opens something by itself."""
    if not holds_secret(request):
        return redirect_to_login(request.get_full_path())
    match = request.resolver_match
    if match and match.view_name == "tenants:invitation_accept":
        token_hash = secret_keys.digest(match.kwargs["secret"])
        return kept_invitation.sign_in_first(request, token_hash)
    return redirect("account_login")


def for_another_customer(request: PortalRequest, problem: str) -> HttpResponse:
    """Answer 409, with the way back to the customer the form was made for."""
    said = said_by(request)
    others = [m for m in request.memberships if {str(m.tenant_id)} == said]
    context = {
        "problem": problem,
        "not_done": kept_form.words_for(request),
        "typed": kept_form.typed(request),
        "other": others[0] if others else None,
        "page": kept_form.keep(request),
    }
    response = render(request, "tenants/other_customer.html", context, status=409)
    # A part of a page that sent it gives way to the whole of this one.
    response.headers["HX-Retarget"] = "body"
    response.headers["HX-Reswap"] = "innerHTML show:window:top"
    return response
