from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "vms_portal.kernel"
    label = "kernel"

    def ready(self) -> None:
        from vms_portal.kernel import plain_fields
        from vms_portal.kernel.admin import searched_select
        from vms_portal.kernel.data import readable

        readable.use_everywhere()
        plain_fields.use_in_admin()
        searched_select.use_in_admin()
