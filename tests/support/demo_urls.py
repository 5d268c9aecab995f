"""The portal's addresses as they are with ``VMS_DEMO=1``."""

from django.urls import include, path

from vms_portal.urls import portal

handler404 = portal.handler404
handler500 = portal.handler500
urlpatterns = [
    *portal.urlpatterns,
    path("demo/", include("demo.urls")),
    path("styleguide/", include("demo.urls_styleguide")),
]
