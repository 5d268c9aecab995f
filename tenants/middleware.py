"""One transaction a request, scoped to the customer the person works for."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from tenants.models import Member
from tenants.requests import PortalRequest
from vms_portal.kernel import scoping

SESSION_KEY = "tenant"
UNSCOPED = ("/healthz", "/readyz", "/metrics", "/static/")


class TenantMiddleware:
    """Open the transaction and set its row scope before any view runs.

    ``ATOMIC_REQUESTS`` would open it around the view only, after the member was
    looked up. An answer of 500 or more rolls back; exceptions do not reach this
    middleware, and allauth uses some of them as control flow.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        portal_request = cast(PortalRequest, request)
        portal_request.member, portal_request.memberships = None, []
        if request.path.startswith(UNSCOPED):
            return self.get_response(request)
        with transaction.atomic():
            scoping.apply(tenant=None, user=None, scope=None)
            if settings.PROCESS == "portal" and request.user.is_authenticated:
                enter(portal_request)
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            else:
                scoping.apply(tenant=None, user=None, scope=None)
        return response


def enter(request: PortalRequest) -> None:
    """Find the person's memberships and scope the transaction to one of them."""
    scoping.apply(user=request.user.pk)
    request.memberships = list(
        Member.objects.filter(user=request.user.pk, is_active=True)
        .filter(tenant__is_active=True)
        .select_related("tenant", "user")
        .order_by("tenant__name")
    )
    wanted = request.session.get(SESSION_KEY)
    chosen = [m for m in request.memberships if m.tenant_id == wanted]
    request.member = next(iter(chosen or request.memberships), None)
    if request.member is not None:
        scoping.apply(tenant=request.member.tenant_id)
