from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"

    def ready(self) -> None:
        # Adds to the lists of the apps below.
        from demo import contributions  # noqa: F401
