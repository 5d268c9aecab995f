"""The portal's addresses as they are with ``VMS_DEMO=1``."""

from django.urls import include, path

from vms_portal.urls import portal

urlpatterns = [*portal.urlpatterns, path("demo/", include("demo.urls"))]
