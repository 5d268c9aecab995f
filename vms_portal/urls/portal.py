"""The customers' portal and its API."""

from django.urls import include, path

urlpatterns = [
    path("", include("vms_portal.urls.common")),
    path("account/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("", include("tenants.urls")),
    path("", include("numbers.urls")),
    path("", include("routing.urls")),
    path("", include("traffic.urls")),
    path("", include("billing.urls")),
]
