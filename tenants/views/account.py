"""One's own account: name and language."""

from typing import Any

from allauth.account.views import logout
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from tenants.forms.team import ProfileForm
from tenants.models import User
from tenants.requests.unsent import sign_in_again
from tenants.services.people import change_profile
from tenants.sign_in.session_rules import CHOSEN_LANGUAGE
from vms_portal.kernel.web.statuses import status_of


@require_POST
def language_switch(request: HttpRequest) -> HttpResponseBase:
    """Change the language, for the person if there is one, else for the browser."""
    language = request.POST.get("language", "")
    # Django itself knows many more, which no column and no page of ours does.
    if isinstance(request.user, User) and language in dict(settings.LANGUAGES):
        request.user.language = language
        request.user.save(update_fields=["language"])
    elif language in dict(settings.LANGUAGES):
        # Whoever signs in next chose it just now, whatever their account says.
        request.session[CHOSEN_LANGUAGE] = language
    return set_language(request)


def choose_password(
    request: HttpRequest, extra_context: Any = None
) -> HttpResponseBase:
    """Where Django's admin would change a password: the page everybody has."""
    return redirect("account_change_password")


def sign_out(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    """Where Django's admin would sign out."""
    answer: HttpResponseBase = logout(request)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponseBase:
    """Name and language; an administrator and staff change the rest."""
    if not request.user.is_authenticated:
        return sign_in_again(request)
    person = User.objects.get(pk=str(request.user.pk))
    form = ProfileForm(request.POST or None, instance=person)
    if form.is_valid():
        change_profile(user=person, name_before=form.initial["name"])
        with translation.override(person.language):
            messages.success(request, _("Your account is saved."))
        return redirect("tenants:profile")
    context, status = {"form": form}, status_of(form)
    return render(request, "tenants/profile.html", context, status=status)
