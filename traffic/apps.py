from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrafficConfig(AppConfig):
    name = "traffic"
    verbose_name = _("Calls")

    def ready(self) -> None:
        # Adds to the lists of the apps below.
        from traffic import contributions  # noqa: F401
