"""Room on Python's stack for a whole request.

CPython 3.11 keeps the frames of calls in chunks of 16 KB and gives a chunk back to
the system as soon as its last frame ends. Where a loop at the edge of a chunk calls
functions, every call takes memory from the system and returns it. Templates nest
so deeply that they always meet such an edge: the statistics took twice as long.
One frame that claims a wide stack makes the chunk wide that holds all inner ones
(docs/adr/0037).
"""

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]
# In words of 8 bytes; the chunk is the next power of two, so as much again is free.
# Only the pages that are used take memory.
CLAIMED = 32 * 1024


def _answer(get_response: GetResponse, request: HttpRequest) -> HttpResponse:
    return get_response(request)


def _claim() -> bool:
    """Widen the frame; another Python than CPython keeps its stack as it likes."""
    if sys.implementation.name != "cpython":
        return False
    _answer.__code__ = _answer.__code__.replace(co_stacksize=CLAIMED)
    return True


IS_ROOMY = _claim()


class RoomyStackMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return _answer(self.get_response, request)
