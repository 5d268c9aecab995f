"""allauth's forms of a six-digit code, which pass each code once.

allauth remembers a used code for one period, but takes it in the periods beside its
own as well: whoever read one over a shoulder could sign in with it after that.
"""

from functools import partial

from allauth.core import context as allauth_context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache

from tenants.models import User
from vms_portal.kernel.web.deadlocks import take_back

# The code's own period and those beside it, in seconds.
TAKEN_FOR = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)


def once(code: str, user: User) -> str:
    """Return a right code; one this person used already is refused as a wrong one."""
    key = f"second-step-used:{user.pk}:{normalize_user_code(code)}"
    if not cache.add(key, True, timeout=TAKEN_FOR):
        raise get_adapter().validation_error("incorrect_code")
    # What the code was given for may be done once more (docs/adr/0038).
    marks = [key, TOTP(Authenticator(user=user))._get_used_cache_key(code)]
    take_back(allauth_context.request, partial(cache.delete_many, marks))
    return code


class SignInForm(AuthenticateForm):
    def clean_code(self) -> str:
        return once(super().clean_code(), self.user)


class AskAgainForm(ReauthenticateForm):
    def clean_code(self) -> str:
        return once(super().clean_code(), self.user)


class SetUpForm(ActivateTOTPForm):
    def clean_code(self) -> str:
        return once(super().clean_code(), self.user)
