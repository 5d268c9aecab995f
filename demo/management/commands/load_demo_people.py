from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.loading.customers import load_people
from tenants.models import Tenant
from vms_portal.kernel.data.row_security import system_scope


class Command(BaseCommand):
    help = "Make the demo's customers and people; only the back office's role may."

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is loaded with VMS_DEMO=1 only.")
        with system_scope():
            if Tenant.objects.exists():
                raise CommandError("There are customers already: bin/reset first.")
            load_people(timezone.now())
