"""The customers' portal and its API."""

from django.conf import settings
from django.urls import include, path

from tenants.views.account import language_switch

urlpatterns = [
    path("", include("vms_portal.urls.common")),
    path("account/", include("tenants.urls_account")),
    path("language/setlang/", language_switch, name="set_language"),
    path("", include("tenants.urls")),
    path("", include("numbers.urls")),
    path("", include("routing.urls")),
    path("", include("traffic.urls")),
    path("", include("billing.urls")),
]
if settings.DEMO:
    urlpatterns += [path("demo/", include("demo.urls"))]
