import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from demo.calls import load_calls
from vms_portal.kernel.commands import arguments


class Command(BaseCommand):
    help = "Add the demo's calls since November up to now. Runs as the worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", type=arguments.instant, help="the clock, ISO 8601")

    def handle(self, *, now: dt.datetime | None, **options: Any) -> None:
        self.stdout.write(f"Demo calls: {load_calls(now or timezone.now())}.")
