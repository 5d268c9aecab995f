"""What a role may do, decided before the view runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRefresh

from tenants.models import Member
from tenants.requests import customer_of_form
from tenants.requests.portal_request import PortalRequest, member_of
from tenants.requests.unsent import for_another_customer, sign_in_again

View = Callable[..., HttpResponseBase]


def _requires(allowed: Callable[[Member], bool]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in_again(request)
            # Both here, and not in a middleware alone: allauth sends a form it kept
            # while it asked who is there straight to the view.
            if getattr(request, "lacks_second_factor", False):
                return redirect("mfa_index")
            if problem := customer_of_form.problem(cast(PortalRequest, request)):
                return for_another_customer(cast(PortalRequest, request), problem)
            # What has an object in its address finds none of another customer.
            if not kwargs and customer_of_form.is_part_for_another(
                cast(PortalRequest, request)
            ):
                return HttpResponseClientRefresh()
            member = member_of(request)
            if member is None or not allowed(member):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return inner

    return decorate


member_required = _requires(lambda member: True)
editor_required = _requires(lambda member: member.may_edit)
shared_editor_required = _requires(lambda member: member.may_edit_shared)
operator_required = _requires(lambda member: member.may_operate)
billing_required = _requires(lambda member: member.may_see_billing)
team_required = _requires(lambda member: member.may_manage_team)
