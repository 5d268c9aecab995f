from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        # Adds to the lists of the apps below, and what its mails say.
        from billing import contributions  # noqa: F401
        from billing.services import notices  # noqa: F401
