from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.loading.customers import load_invitation


class Command(BaseCommand):
    help = "Have people join, and one invite somebody; only the portal's role may."

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is loaded with VMS_DEMO=1 only.")
        load_invitation(timezone.now())
