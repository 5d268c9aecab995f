"""The back office's addresses as they are with ``VMS_DEMO=1``."""

from django.urls import include, path

from vms_portal.urls import backoffice

handler500 = backoffice.handler500
# First: the admin answers every address that is left.
urlpatterns = [path("demo/", include("demo.urls")), *backoffice.urlpatterns]
