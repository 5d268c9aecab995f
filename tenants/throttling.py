"""How often a customer may call the API, and an address guess at tokens.

One customer never slows another. Without Redis each process counts by itself:
routing calls matters more than an exact limit (docs/adr/0019).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from allauth.core.internal.ratelimit import truncate_ip
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from tenants.requests import member_of

if TYPE_CHECKING:
    from rest_framework.views import APIView

ALONE = LocMemCache("limits", {})
log = structlog.get_logger("vms.api")


class Counter(SimpleRateThrottle):
    """A throttle that goes on counting while Redis is away."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError as error:
            log.warning("counted by this process alone", reason=str(error))
            self.cache = ALONE
            return super().allow_request(request, view)

    def get_ident(self, request: Request) -> str:
        """Return the address; of IPv6 the network, in which one asker has them all."""
        return truncate_ip(super().get_ident(request))


class CustomerThrottle(Counter):
    """Counts all tokens and sessions of a customer together; else by address."""

    scope = "customer"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        member = member_of(request)
        who = f"tenant-{member.tenant_id}" if member else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": who}


class WrongTokens(Counter):
    """Counts the wrong tokens of an address, and its wrong links of invitations."""

    scope = "wrong_token"

    def get_cache_key(self, request: Request, view: APIView | None) -> str:
        ident = self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}

    def count(self, request: Request | HttpRequest) -> None:
        """Count one; ``Throttled`` when the address has tried too many."""
        # Only the address is read, which both have.
        if not self.allow_request(request, None):  # type: ignore[arg-type]
            raise Throttled(self.wait())
