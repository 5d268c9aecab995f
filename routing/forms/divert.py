"""The form that sends calls elsewhere for a while."""

from django.utils.translation import gettext_lazy

from routing.forms.fields import DestinationMixin, UntilMixin
from vms_portal.kernel.plain_fields import PlainField


class DivertForm(DestinationMixin, UntilMixin):
    """Where to, for how long, and why (for colleagues)."""

    reason = PlainField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Optional; your colleagues see it."),
    )
    field_order = ["to", "other", "until", "until_at", "reason"]
