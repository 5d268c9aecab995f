from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "vms_portal.kernel"
    label = "kernel"

    def ready(self) -> None:
        from vms_portal.kernel.plain_fields import use_in_admin

        use_in_admin()
