from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "vms_portal.kernel"
    label = "kernel"
