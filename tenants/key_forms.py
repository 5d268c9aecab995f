"""allauth's forms of a security key: its name is text as everywhere, said by us."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext_lazy as _

from vms_portal.kernel.plain_fields import PlainField


class AddKeyForm(AddWebAuthnForm):
    name = PlainField(label=_("Name"), required=False, max_length=100)


class EditKeyForm(EditWebAuthnForm):
    name = PlainField(label=_("Name"), max_length=100)
