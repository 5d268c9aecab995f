"""allauth's forms of a security key: its name is text as everywhere, said by us.

What a browser sends of a key is read here first: allauth and the library below it
raise at much that is none.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from vms_portal.kernel.plain_fields import PlainField, WrittenJsonField


class CredentialField(WrittenJsonField):
    """What a key answered; ``read`` makes of it what the library works with.

    Nothing but ``read`` runs where any exception is taken for an answer of no key: it
    takes bytes apart that anybody may have put together.
    """

    widget = forms.HiddenInput

    def __init__(self, read: Callable[[Any], object], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.read = read

    def to_python(self, value: Any) -> Any:
        credential = super().to_python(value)
        if credential in self.empty_values:
            return credential
        try:
            self.read(credential)
            # No database keeps a NUL.
            is_key = "\\u0000" not in json.dumps(credential)
        except Exception as error:
            raise get_adapter().validation_error("incorrect_code") from error
        if not is_key:
            raise get_adapter().validation_error("incorrect_code")
        return credential


def _read_new(credential: Any) -> None:
    """Any exception where no later sign-in could work with the key."""
    data = RegistrationResponse.from_dict(
        credential
    ).response.attestation_object.auth_data
    if data.credential_data is None:
        raise ValueError("no key")
    with suppress(InvalidSignature):
        data.credential_data.public_key.verify(b"", b"")
    results = credential.get("clientExtensionResults", {})
    if not isinstance(results.get("credProps", {}), Mapping):
        raise ValueError("no properties")


def _new() -> CredentialField:
    return CredentialField(_read_new)


def _answer() -> CredentialField:
    return CredentialField(AuthenticationResponse.from_dict)


class AddKeyForm(AddWebAuthnForm):
    name = PlainField(label=_("Name"), required=False, max_length=100)
    credential = _new()


class EditKeyForm(EditWebAuthnForm):
    name = PlainField(label=_("Name"), max_length=100)


class SignInKeyForm(LoginWebAuthnForm):
    credential = _answer()


class SecondStepKeyForm(AuthenticateWebAuthnForm):
    credential = _answer()


class AskAgainKeyForm(ReauthenticateWebAuthnForm):
    credential = _answer()
