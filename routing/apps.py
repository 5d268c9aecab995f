from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    name = "routing"
    verbose_name = _("Routing")

    def ready(self) -> None:
        # Adds to the lists of the apps below, and what its mails say.
        from routing import contributions  # noqa: F401
        from routing.services import notices  # noqa: F401
