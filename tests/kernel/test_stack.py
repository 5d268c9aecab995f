"""Calls inside a request do not take and return memory of the system each time."""

import resource

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from vms_portal.kernel.running.stack import RoomyStackMiddleware

CALLS = 500
# Frames of some 100 bytes each: somewhere among them a chunk of 16 KB ends.
DEPTHS = range(220)


def _inner() -> int:
    # Its frame is larger than those it is called from: at some depth it does not fit.
    a = b = c = d = e = f = g = h = i = j = k = l = m = n = o = p = q = r = s = 1  # noqa: E741
    return a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r + s


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
    # The control. A Python that keeps its stack needs no help.
    if int(_worst().content) < CALLS / 2:
        pytest.skip("this Python takes no memory for calls at the edge of a chunk")
    roomy = RoomyStackMiddleware(_worst)(RequestFactory().get("/"))
    assert int(roomy.content) < CALLS / 10
