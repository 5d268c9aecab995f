"""Counting by address or customer, also while Redis is away.

Then each process counts by itself: routing calls matters more than an exact limit
(docs/adr/0015).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from allauth.core.internal.ratelimit import truncate_ip
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

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


class CounterByAddress(Counter):
    """Of the request only the address is read: any request will do."""

    def counted(self, request: Request | HttpRequest) -> bool:
        """Count one; False where the address has asked too often."""
        # It imports the classes that count while it is read itself.
        from rest_framework.views import APIView

        asked = request if isinstance(request, Request) else Request(request)
        return self.allow_request(asked, APIView())

    def get_cache_key(self, request: Request, view: APIView) -> str:
        ident = self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}
