"""The operator's back office."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from tenants.views import account

# Django's own pages change a password without limit, event or mail, and end a
# session without an event.
OURS = {
    "password_change": account.choose_password,
    "password_change_done": account.choose_password,
    "logout": account.sign_out,
}
for _name, _view in OURS.items():
    setattr(admin.site, _name, _view)
admin.site.index_title = _("Overview")

urlpatterns = [
    path("", include("vms_portal.urls.common")),
    path("account/", include("tenants.urls.account")),
    path("language/setlang/", account.language_switch, name="set_language"),
]
if settings.DEMO:
    urlpatterns += [path("demo/", include("demo.urls"))]
# Last: the admin answers every address that is left.
urlpatterns += [path("", admin.site.urls)]

handler403 = "vms_portal.kernel.web.errors.not_allowed"
handler429 = "vms_portal.kernel.web.errors.too_many"
handler500 = "vms_portal.kernel.web.errors.server_error"
