"""Forms of allauth's pages, where ours do something else."""

from typing import Any

from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from django.conf import settings
from django.http import HttpRequest

from tenants.services import passwords
from vms_portal.kernel.mailboxes import spelled_or_typed


class ResetPasswordForm(AllauthResetPasswordForm):
    """Asks for a link without looking whether anybody has the address."""

    def clean_email(self) -> str:
        return spelled_or_typed(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        passwords.ask_for_reset(email=email, audience=settings.PROCESS)
        return email
