"""Accepting an invitation, signed in or as a new person."""

from typing import Any

from allauth.account.internal.flows.reauthentication import (
    reauthenticate_by_password,
)
from allauth.account.signals import user_logged_in
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import Throttled

from tenants.api.throttling import WrongTokens
from tenants.forms.team import AcceptForm
from tenants.models import Invitation, Member, User
from tenants.requests.middleware import SESSION_KEY
from tenants.requests.portal_request import PortalRequest
from tenants.services import joining
from tenants.services.invitations import InvitationOver
from tenants.sign_in import kept_invitation
from tenants.sign_in.session_rules import go_on
from vms_portal.kernel.data import secret_keys
from vms_portal.kernel.web.errors import too_many
from vms_portal.kernel.web.statuses import status_of


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: PortalRequest, secret: str) -> HttpResponse:
    """The page behind the link of the mail. Opening it changes nothing."""
    return _answer(request, secret_keys.digest(secret))


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_kept(request: PortalRequest) -> HttpResponse:
    """The same page for who signed in to accept; its address opens nothing."""
    return _answer(request, kept_invitation.kept(request))


def _answer(request: PortalRequest, token_hash: str) -> HttpResponse:
    try:
        invitation = joining.find_open(token_hash, timezone.now())
        if request.user.is_authenticated:
            return _as_oneself(request, token_hash, invitation)
        if not User.objects.filter(email=invitation.email).exists():
            return _as_new_person(request, token_hash, invitation)
        if "sign_in" in request.POST:
            return kept_invitation.sign_in_first(request, token_hash)
        return _page(request, invitation, must_sign_in=True)
    except InvitationOver:
        kept_invitation.forget(request)
        return _over(request)


def _over(request: PortalRequest) -> HttpResponse:
    """Say that no link like this is open; who tries many is told to wait."""
    try:
        WrongTokens().count(request)
    except Throttled:
        return too_many(request)
    return render(request, "tenants/invitation_over.html", status=404)


def _as_oneself(
    request: PortalRequest, token_hash: str, invitation: Invitation
) -> HttpResponse:
    user = request.user
    if not isinstance(user, User) or user.email != invitation.email:
        return _page(request, invitation, is_wrong_person=True)
    if request.method != "POST":
        return _page(request, invitation)
    member = joining.accept(token_hash=token_hash, person=user, now=timezone.now())
    # Those of a former member end, but for the one that shows the link.
    go_on(request, user)
    return _enter(request, member)


def _as_new_person(
    request: PortalRequest, token_hash: str, invitation: Invitation
) -> HttpResponse:
    language = translation.get_language() or invitation.tenant.language
    form = AcceptForm(
        request.POST or None, email=invitation.email, initial={"language": language}
    )
    if not form.is_valid():
        return _page(request, invitation, form=form)
    try:
        person = joining.NewPerson(**form.cleaned_data)
        member = joining.accept(
            token_hash=token_hash, person=person, now=timezone.now()
        )
    except joining.WrongPerson:
        return _page(request, invitation, must_sign_in=True)
    user = member.user
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    # They chose the password a moment ago: no need to ask for it again.
    reauthenticate_by_password(request)
    # As allauth at its own sign-ins: for the list of sessions and the audit trail.
    user_logged_in.send(sender=User, request=request, user=user)
    return _enter(request, member)


def _enter(request: PortalRequest, member: Member) -> HttpResponse:
    kept_invitation.forget(request)
    request.session[SESSION_KEY] = member.tenant_id
    messages.success(request, _("You now have access to %s.") % member.tenant)
    return redirect("/")


def _page(request: PortalRequest, invitation: Invitation, **more: Any) -> HttpResponse:
    context = {"invitation": invitation, **more}
    status = status_of(more["form"]) if "form" in more else 200
    return render(request, "tenants/invitation_accept.html", context, status=status)
