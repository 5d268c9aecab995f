"""The portal's addresses and a page that does nothing, to compare with."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tenants.requests.permissions import member_required
from vms_portal.urls.portal import urlpatterns as portal


@member_required
def trivial(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("bench/", trivial), *portal]
handler500 = "vms_portal.kernel.web.errors.server_error"
