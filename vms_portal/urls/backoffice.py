"""The operator's back office."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("vms_portal.urls.common")),
    path("account/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("", admin.site.urls),
]
