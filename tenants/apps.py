from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        # Connects what happens at sign-in.
        from tenants import sign_in  # noqa: F401
