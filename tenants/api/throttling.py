"""How often a customer may call the API, and an address guess at tokens.

One customer never slows another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from tenants.requests.portal_request import member_of
from vms_portal.kernel.running.counting import ALONE as ALONE
from vms_portal.kernel.running.counting import Counter, CounterByAddress

if TYPE_CHECKING:
    from rest_framework.views import APIView


class CustomerThrottle(Counter):
    """Counts all tokens and sessions of a customer together; else by address."""

    scope = "customer"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        member = member_of(request)
        who = f"tenant-{member.tenant_id}" if member else self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": who}


class WrongTokens(CounterByAddress):
    """Counts the wrong tokens of an address, and its wrong links of invitations."""

    scope = "wrong_token"

    def count(self, request: Request | HttpRequest) -> None:
        """Count one; ``Throttled`` when the address has tried too many."""
        if not self.counted(request):
            raise Throttled(self.wait())
