from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = _("Customers")

    def ready(self) -> None:
        # Adds to the lists of every app; connects what happens around signing in; names
        # the API's authentication.
        from tenants import checks, contributions  # noqa: F401
        from tenants.api import openapi  # noqa: F401
        from tenants.sign_in import (  # noqa: F401
            events,
            kept_acts,
            saved_steps,
            session_rules,
        )
        from tenants.staff_groups import grant

        kept_acts.use()
        saved_steps.use()

        # After django.contrib.auth, which makes the permissions.
        post_migrate.connect(grant, dispatch_uid="tenants.staff_groups")
