"""The operator's back office."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from tenants.views import account

# Staff sign in where everybody does, second factor included; the admin's own form
# asks for a password only.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
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
