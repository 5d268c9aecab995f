"""A request that a deadlock ended is done once more (docs/adr/0038)."""

import random
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any, cast

import structlog
from django.conf import settings
from django.core.handlers.wsgi import LimitedStream, WSGIRequest
from django.http import HttpRequest, HttpResponse

from vms_portal.kernel.running.figures import Counter
from vms_portal.kernel.web import bodies
from vms_portal.kernel.web.outcomes import outcome_of

# Seconds; whoever went on commits meanwhile.
WAITS = (0.02, 0.2)

repeated = Counter(
    "vms_requests_repeated_total", "Requests done again after a deadlock", ["process"]
)
log = structlog.get_logger("vms.request")


class _Closing(HttpResponse):
    """As Django's handler knows it, which has it close what was uploaded."""

    _resource_closers: list[Callable[[], object]]


class DeadlockMiddleware:
    """Do a request once more that PostgreSQL ended so that another could go on.

    Stands outside of session and transaction: the second time finds nothing of the
    first, neither in the request nor in the database. An upload is not kept for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        again = _as_it_came(request)
        response = self.get_response(request)
        outcome = outcome_of(request)
        # What failed after its commit, or outside of a transaction, stands.
        if again is None or not (outcome.is_undone and outcome.is_deadlock):
            return response
        match = request.resolver_match
        log.warning(
            "request done again after a deadlock",
            method=request.method,
            view=match.view_name if match else None,
        )
        repeated.labels(settings.PROCESS).inc()
        time.sleep(random.uniform(*WAITS))  # noqa: S311 - parts two who met
        for act in outcome.taken_back:
            act()
        kept: Any = again._stream
        again._stream = BytesIO(kept.whole())
        response = self.get_response(again)
        # Of who writes the log's line, and closes what was uploaded.
        request.resolver_match = again.resolver_match
        cast(_Closing, response)._resource_closers.append(again.close)
        return response


def take_back(request: HttpRequest, act: Callable[[], object]) -> None:
    """Have ``act`` take back what no rollback does, if the request is done again."""
    outcome_of(request).taken_back.append(act)


class _KeptStream(LimitedStream):
    """A body that is read as before, and can be read once more."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream, bodies.LARGEST)
        self._parts: list[bytes] = []

    def read(self, size: int | None = -1, /) -> bytes:
        return self._keep(super().read(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._keep(super().readline(size))

    def whole(self) -> bytes:
        """Return what was read, and what nobody has read yet."""
        self.read()
        return b"".join(self._parts)

    def _keep(self, part: bytes) -> bytes:
        self._parts.append(part)
        return part


def _as_it_came(request: HttpRequest) -> WSGIRequest | None:
    """Return the same request, untouched; None where its body is not kept."""
    if not isinstance(request, WSGIRequest) or not bodies.is_ordinary(request.META):
        return None
    body: Any = _KeptStream(request._stream)
    request._stream = body
    again = WSGIRequest.__new__(type(request))
    vars(again).update(vars(request))
    again.META = again.environ = dict(request.META)
    return again
