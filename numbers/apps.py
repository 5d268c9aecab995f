from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NumbersConfig(AppConfig):
    name = "numbers"
    verbose_name = _("Numbers")

    def ready(self) -> None:
        # Adds to the lists of the apps below, and what its mails say.
        from numbers import contributions  # noqa: F401
        from numbers.services import line_notices, notices  # noqa: F401
