"""The customers' portal and its API."""

from django.conf import settings
from django.urls import include, path

from tenants.views.account import language_switch
from vms_portal.kernel.api.reference import api_reference

urlpatterns = [
    path("", include("vms_portal.urls.common")),
    path("account/", include("tenants.urls.account")),
    path("language/setlang/", language_switch, name="set_language"),
    path("api/v1/", include("vms_portal.urls.api")),
    path("api/", api_reference, name="api_reference"),
    path("", include("tenants.urls.portal")),
    path("", include("numbers.urls")),
    path("", include("routing.urls")),
    path("", include("traffic.urls")),
    path("", include("billing.urls")),
]
if settings.DEMO:
    urlpatterns += [
        path("demo/", include("demo.urls")),
        path("styleguide/", include("demo.urls_styleguide")),
    ]

handler403 = "vms_portal.kernel.web.errors.not_allowed"
handler404 = "vms_portal.kernel.web.errors.not_found"
handler429 = "vms_portal.kernel.web.errors.too_many"
handler500 = "vms_portal.kernel.web.errors.server_error"
