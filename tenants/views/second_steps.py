"""allauth's pages of second steps, where it asks for less than we do."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django import forms
from django.http import HttpResponse


class KeyRemoveView(RemoveWebAuthnView):
    """Removes a passkey or security key, if the person can do without it.

    allauth asks that before it removes an app, and not for keys.
    """

    # Django's answer to DELETE removes the row past all that is asked and told.
    http_method_names = ["get", "head", "options", "post"]

    def form_valid(self, form: forms.Form) -> HttpResponse:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.object):
            form.add_error(
                None, adapter.validation_error("cannot_delete_authenticator")
            )
            return self.form_invalid(form)
        answer: HttpResponse = super().form_valid(form)
        return answer


key_remove = KeyRemoveView.as_view()
