"""The network's side: plans out, call records in."""

from django.urls import include, path

urlpatterns = [path("", include("vms_portal.urls.common"))]

handler500 = "vms_portal.kernel.web.errors.server_error"
