"""Who calls the API: a program with a token, or the portal's own session."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, cast

import structlog
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from tenants.api.throttling import WrongTokens
from tenants.models import ApiToken, Member, User
from tenants.models.api_scopes import SCOPES, granted
from tenants.requests import customer_of_form
from tenants.requests.portal_request import PortalRequest, member_of
from vms_portal.kernel.api.conflict import Conflict
from vms_portal.kernel.data import row_security, secret_keys
from vms_portal.kernel.web import errors

if TYPE_CHECKING:
    # rest_framework.views imports this module while it is read itself.
    from rest_framework.views import APIView

USED_EVERY = dt.timedelta(minutes=1)
log = structlog.get_logger("vms.access")


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer vms_...``; acts as the member who made the token.

    An unknown, expired or withdrawn token, and one whose member, person or
    customer is disabled, is 401 with one answer for all of them; too many from one
    address are 429. A valid one passes beside them: it may come from the same office.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = timezone.now()
        token = _valid_token(secret.strip(), now)
        if token is None:
            WrongTokens().count(request)
            log.warning("token refused", prefix=secret[: secret_keys.PREFIX_LENGTH])
            raise exceptions.AuthenticationFailed(
                _("The token is unknown, expired or withdrawn."), "invalid_token"
            )
        _note_use(token, now)
        # On Django's request, so that its own session's member is replaced too.
        _portal(request).member = token.member
        return token.member.user, token

    def authenticate_header(self, request: Request) -> str:
        return errors.BEARER


def _valid_token(secret: str, now: dt.datetime) -> ApiToken | None:
    """Return the token and scope the transaction to its customer."""
    usable = ApiToken.objects.filter(revoked_at=None, expires_at__gt=now)
    token = secret_keys.find(usable, secret)
    if token is None:
        return None
    row_security.apply(tenant=token.tenant_id, user=None)
    active = Member.objects.filter(
        pk=token.member_id, is_active=True, user__is_active=True, tenant__is_active=True
    )
    member = active.select_related("tenant", "user").first()
    if member is None:
        row_security.apply(tenant=None)
        return None
    token.member, member.token = member, token
    return token


def _note_use(token: ApiToken, now: dt.datetime) -> None:
    """Remember the use, to the minute: a write at every call would cost more."""
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
    ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)


class SessionAuthentication(authentication.SessionAuthentication):
    """The portal's own calls: CSRF enforced, second factor required by role."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        signed_in = super().authenticate(request)
        if signed_in and getattr(request._request, "lacks_second_factor", False):
            raise exceptions.AuthenticationFailed(
                _("Sign in again with your second step."), "second_factor_required"
            )
        if signed_in and (problem := customer_of_form.problem(_portal(request))):
            raise Conflict(problem, "other_customer")
        return signed_in


def _portal(request: Request) -> PortalRequest:
    return cast(PortalRequest, request._request)


class ScopePermission(permissions.BasePermission):
    """Grants a request whose member and token have ``scope``."""

    scope = ""
    code = "scope_missing"

    def has_permission(self, request: Request, view: APIView) -> bool:
        self.message = _("This needs the scope %(scope)s.") % {"scope": self.scope}
        return is_granted(request, self.scope)


def is_granted(request: Request, scope: str) -> bool:
    """Do the request's member and token have the scope?"""
    member = member_of(request)
    token = request.auth if isinstance(request.auth, ApiToken) else None
    return member is not None and scope in granted(member, token)


def has_scope(scope: str) -> type[ScopePermission]:
    """Return the permission class of a scope; ``LookupError`` for one nobody added."""
    if scope not in SCOPES:
        raise LookupError(scope)
    return type("HasScope", (ScopePermission,), {"scope": scope})
