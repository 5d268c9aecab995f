"""How often a customer may call the API. One customer never slows another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from tenants.requests import member_of

if TYPE_CHECKING:
    from rest_framework.views import APIView

log = structlog.get_logger("vms.api")


class CustomerThrottle(SimpleRateThrottle):
    """Counts all tokens and sessions of a customer together; else by address.

    Without Redis nothing is counted: routing calls matters more than the limit.
    """

    scope = "customer"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        member = member_of(request)
        who = f"tenant-{member.tenant_id}" if member else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": who}

    def allow_request(self, request: Request, view: APIView) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError as error:
            log.warning("not counted", reason=str(error))
            return True
