"""API tokens: a member's own; administrators see and withdraw everybody's."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenants import selectors
from tenants.forms.team import TokenForm
from tenants.models import Member
from tenants.models.api_scopes import scope_words
from tenants.requests.permissions import member_required
from tenants.requests.portal_request import PortalRequest, acting
from tenants.services import tokens
from tenants.sign_in.session_rules import confirm_person
from vms_portal.kernel.web.statuses import CONFLICT, status_of


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def token_list(request: PortalRequest) -> HttpResponse:
    """List the tokens; a POST makes one and shows its secret this once."""
    member = acting(request)
    form, secret = TokenForm(request.POST or None, member=member), ""
    if form.is_valid():
        confirm_person(request)
        try:
            secret = _create(member, form)
        except tokens.ScopeRefused:
            return _with_less(request, member)
        form = TokenForm(member=member)
    return _page(request, member, form=form, secret=secret, status=status_of(form))


def _create(member: Member, form: TokenForm) -> str:
    _token, secret = tokens.create_token(
        by=member,
        now=timezone.now(),
        life=form.life,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
    )
    return secret


def _with_less(request: PortalRequest, member: Member) -> HttpResponse:
    """The form again, with what the role has by now."""
    member.refresh_from_db(fields=["role"])
    form = TokenForm(request.POST, member=member)
    problem = _("Your role was changed meanwhile. No token was created.")
    return _page(request, member, form=form, problem=problem, status=CONFLICT)


@require_POST
@member_required
def token_revoke(request: PortalRequest, pk: int) -> HttpResponse:
    member = acting(request)
    token = get_object_or_404(selectors.tokens_of(member), pk=pk)
    try:
        tokens.revoke_token(by=member, token=token, now=timezone.now())
    except tokens.TokenOver:
        problem = _("This token was withdrawn before.")
        form = TokenForm(member=member)
        return _page(request, member, form=form, problem=problem, status=CONFLICT)
    messages.success(request, _("The token %s is withdrawn.") % token)
    return redirect("tenants:token_list")


def _page(
    request: PortalRequest,
    member: Member,
    *,
    form: TokenForm,
    secret: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "tokens": [
            (token, scope_words(token.scopes)) for token in selectors.tokens_of(member)
        ],
        "form": form,
        "secret": secret,
        "problem": problem,
        "now": timezone.now(),
    }
    return render(request, "tenants/token_list.html", context, status=status)
