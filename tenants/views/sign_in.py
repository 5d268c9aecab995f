"""allauth's ways in whose link or key says who the person is.

The database shows the portal nobody before it knows who asks, so that is read first.
The link's token or the passkey's signature proves it afterwards, as always.
"""

import json

from allauth.account.views import password_reset_from_key as choose_password
from allauth.mfa.webauthn.views import login_webauthn
from django.http import HttpRequest, HttpResponse
from fido2.utils import websafe_decode

from tenants.sign_in.session_rules import read_key
from vms_portal.kernel.data import row_security


def password_reset_from_key(
    request: HttpRequest, uidb36: str, key: str
) -> HttpResponse:
    """The page behind the link of the mail."""
    row_security.apply(user=read_key(uidb36))
    answer: HttpResponse = choose_password(request, uidb36=uidb36, key=key)
    return answer


def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey alone."""
    if not request.user.is_authenticated:
        row_security.apply(user=_person_of(request.POST.get("credential", "")))
    answer: HttpResponse = login_webauthn(request)
    return answer


def _person_of(credential: str) -> int | None:
    """Return whose passkey it says it is; the form judges text that makes no sense."""
    try:
        handle = json.loads(credential)["response"]["userHandle"]
        return read_key(websafe_decode(handle).decode())
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
