"""Forms of allauth's pages, where ours do something else."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context as allauth_context
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.models import User
from tenants.services import ended_access, ended_offers, ended_tokens, passwords
from tenants.sign_in.session_rules import go_on_hashed_anew
from vms_portal.kernel.mail.mailboxes import spelled_or_typed


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Asks for a link without looking whether anybody has the address."""

    def clean_email(self) -> str:
        return spelled_or_typed(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        passwords.ask_for_reset(email=email, audience=settings.PROCESS)
        return email


class _EndsWhatWasMade(allauth_forms.PasswordVerificationMixin, forms.Form):
    """A form with a new password, which ends what the old one made (ADR 0030).

    Somebody else may have known it, and made API tokens or sent invitations.
    """

    user: User | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.now()
        tokens = ended_tokens.live_tokens(user=self.user, now=now) if self.user else []
        if tokens:
            self.fields["keep_tokens"] = forms.BooleanField(
                label=_("Keep my API tokens"),
                required=False,
                help_text=_(
                    "Otherwise they are withdrawn, and programs that use them stop: "
                    "%(names)s. Keep them only if nobody else knew your password."
                )
                % {"names": ", ".join(token.name for token in tokens)},
            )
        offers = ended_offers.live_offers(user=self.user, now=now) if self.user else []
        if offers:
            self.fields["keep_invitations"] = forms.BooleanField(
                label=_("Keep the invitations I sent"),
                required=False,
                help_text=_(
                    "Otherwise those nobody has accepted are withdrawn: %(names)s. "
                    "Keep them only if you sent them all yourself."
                )
                % {"names": ", ".join(offer.email for offer in offers)},
            )

    def save(self) -> None:
        super().save()
        if self.user is None:
            return
        person, now, reason = self.user, timezone.now(), ended_tokens.NEW_PASSWORD
        ended_access.hold_all(user=person)
        if not self.cleaned_data.get("keep_tokens"):
            ended_tokens.withdraw_all(user=person, by=person, reason=reason, now=now)
        if not self.cleaned_data.get("keep_invitations"):
            ended_offers.withdraw_sent(user=person, by=person, reason=reason, now=now)


class ChangePasswordForm(_EndsWhatWasMade, allauth_forms.ChangePasswordForm):
    def clean_oldpassword(self) -> str:
        """The session goes on, also where the new password is refused."""
        typed: str = super().clean_oldpassword()
        if self.user is not None:
            go_on_hashed_anew(allauth_context.request, self.user)
        return typed


class SetPasswordForm(_EndsWhatWasMade, allauth_forms.SetPasswordForm):
    pass


class ResetPasswordKeyForm(_EndsWhatWasMade, allauth_forms.ResetPasswordKeyForm):
    pass
