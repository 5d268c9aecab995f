"""allauth's forms of a six-digit code, which pass each code once.

allauth remembers a used code for one period, but takes it in the periods beside its
own as well: whoever read one over a shoulder could sign in with it after that.
"""

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache

# The code's own period and those beside it, in seconds.
TAKEN_FOR = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)


class OnceMixin:
    """Refuses a code this person used already, as if it were wrong."""

    user: AbstractBaseUser

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        key = f"second-step-used:{self.user.pk}:{normalize_user_code(code)}"
        if not cache.add(key, True, timeout=TAKEN_FOR):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SignInForm(OnceMixin, AuthenticateForm):
    pass


class AskAgainForm(OnceMixin, ReauthenticateForm):
    pass


class SetUpForm(OnceMixin, ActivateTOTPForm):
    pass
