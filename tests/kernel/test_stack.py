"""Calls inside a request do not take and return memory of the system each time."""

import resource

from django.http import HttpResponse
from django.test import RequestFactory

from vms_portal.kernel.running.stack import RoomyStackMiddleware

CALLS = 500
# Frames of some 100 bytes each: somewhere among them a chunk of 16 KB ends.
DEPTHS = range(220)


def _inner() -> int:
    return 1


def _faults_at(depth: int) -> int:
    if depth:
        return _faults_at(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        _inner()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def _worst(request=None) -> HttpResponse:
    return HttpResponse(max(_faults_at(depth) for depth in DEPTHS))


def test_a_request_has_one_wide_chunk_of_stack():
    assert int(_worst().content) > CALLS / 2, "the control: Python needs no help"
    roomy = RoomyStackMiddleware(_worst)(RequestFactory().get("/"))
    assert int(roomy.content) < CALLS / 10
