"""One's own account: name and language."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from tenants.models import User


@require_POST
def language_switch(request: HttpRequest) -> HttpResponseBase:
    """Change the language, for the person if there is one, else for the browser."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and check_for_language(language):
        request.user.language = language
        request.user.save(update_fields=["language"])
    return set_language(request)
