from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        # Connects what happens at sign-in; names the API's authentication.
        from tenants import openapi, sign_in  # noqa: F401
