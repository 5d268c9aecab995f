"""The portal with an address for each way to fail."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from vms_portal.kernel.web import errors
from vms_portal.urls import portal

handler404 = portal.handler404
handler500 = portal.handler500


def bad(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def denied(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def expired(request: HttpRequest) -> HttpResponse:
    return errors.csrf_failure(request)


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(1 // 0))


def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("the server closed the connection")


urlpatterns = [
    path("fail/400/", bad),
    path("fail/403/", denied),
    path("fail/csrf/", expired),
    path("fail/500/", broken),
    path("fail/503/", away),
    path("api/v1/fail/500/", broken),
    path("api/v1/fail/503/", away),
    *portal.urlpatterns,
]
