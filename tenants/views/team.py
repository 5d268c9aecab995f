"""The team page: who works for the customer, and who is invited."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from tenants import selectors
from tenants.forms.team import InvitationForm, RoleForm
from tenants.models import Invitation, Member
from tenants.refusals import REFUSED, sentence
from tenants.requests.permissions import team_required
from tenants.requests.portal_request import PortalRequest, acting
from tenants.services import invitations, members
from tenants.sign_in.session_rules import confirm_person
from vms_portal.kernel.web.statuses import CONFLICT, status_of

EDITS = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@team_required
def member_list(request: PortalRequest) -> HttpResponse:
    return _list(request)


@EDITS
@team_required
def invitation_create(request: PortalRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        confirm_person(request)
        try:
            invitations.invite(
                by=acting(request), now=timezone.now(), **form.cleaned_data
            )
        except REFUSED as refused:
            is_about_person = isinstance(refused, invitations.AlreadyMember)
            form.add_error("email" if is_about_person else None, sentence(refused))
        else:
            address = form.cleaned_data["email"]
            messages.success(
                request, _("The invitation is on its way to %s.") % address
            )
            return redirect("tenants:member_list")
    context = {"form": form}
    status = status_of(form)
    return render(request, "tenants/invitation_form.html", context, status=status)


@require_POST
@team_required
def invitation_revoke(request: PortalRequest, pk: int) -> HttpResponse:
    mine = Invitation.objects.visible_to(request.member)
    invitation = get_object_or_404(mine, pk=pk)
    try:
        invitations.revoke(
            by=acting(request), invitation=invitation, now=timezone.now()
        )
    except invitations.InvitationOver:
        problem = _("This invitation was accepted or withdrawn meanwhile.")
        return _conflict(request, problem)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("tenants:member_list")


@EDITS
@team_required
def member_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """A member's role, sites and numbers."""
    member = _find(request, pk)
    form = RoleForm(
        request.POST or None, initial={"role": member.role, "expected": member.role}
    )
    problem = ""
    if form.is_valid():
        confirm_person(request)
        try:
            members.change_role(
                by=acting(request),
                member=member,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except members.LastAdmin:
            problem = _last_admin()
        except members.RoleChanged as error:
            member = error.member
            problem = _("Somebody changed this person's access meanwhile.")
        else:
            messages.success(request, _("The role is changed."))
            return redirect("tenants:member_list")
    status = CONFLICT if problem else status_of(form)
    if problem:
        form = RoleForm(initial={"role": member.role, "expected": member.role})
    context = {"person": member, "form": form, "problem": problem}
    return render(request, "tenants/member_detail.html", context, status=status)


@require_POST
@team_required
def member_deactivate(request: PortalRequest, pk: int) -> HttpResponse:
    member = _find(request, pk)
    try:
        members.deactivate(by=acting(request), member=member, now=timezone.now())
    except members.LastAdmin:
        return _conflict(request, _last_admin())
    except members.RoleChanged:
        return _conflict(request, _("This person has no access any more."))
    messages.success(request, _("%s has no access any more.") % member)
    return redirect("tenants:member_list")


@require_POST
@team_required
def member_reactivate(request: PortalRequest, pk: int) -> HttpResponse:
    member = _find(request, pk)
    confirm_person(request)
    try:
        members.reactivate(by=acting(request), member=member, now=timezone.now())
    except members.RoleChanged:
        return _conflict(request, _("This person has access already."))
    messages.success(request, _("%s has access again.") % member)
    return redirect("tenants:member_list")


def _find(request: PortalRequest, pk: int) -> Member:
    mine = Member.objects.visible_to(request.member).select_related("user", "tenant")
    return get_object_or_404(mine, pk=pk)


def _last_admin() -> str:
    return _("This is the last administrator. Make somebody else administrator first.")


def _conflict(request: PortalRequest, problem: str) -> HttpResponse:
    """The list as it is now, with what stood in the way."""
    return _list(request, problem=problem, status=409)


def _list(
    request: PortalRequest, *, problem: str = "", status: int = 200
) -> HttpResponse:
    mine = Member.objects.visible_to(request.member).select_related("user")
    context = {
        "members": mine.order_by("-is_active", "user__email"),
        "invitations": selectors.open_invitations(acting(request)),
        "now": timezone.now(),
        "problem": problem,
    }
    return render(request, "tenants/member_list.html", context, status=status)
