import datetime as dt
import io
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing.models import PriceList
from demo.loading import customers, plans
from demo.loading.customers import HERE
from tenants.models import Tenant
from vms_portal.kernel.commands import arguments
from vms_portal.kernel.data.row_security import system_scope

# October's file is complete from here on; later records would be in the future.
OCTOBER_IS_OVER = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)


class Command(BaseCommand):
    help = "Fill a database that has the demo's people: calls, routing, orders."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", type=arguments.instant, help="the clock, ISO 8601")

    def handle(
        self, *, now: dt.datetime | None, verbosity: int, **options: Any
    ) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is loaded with VMS_DEMO=1 only.")
        now = now or timezone.now()
        if now < OCTOBER_IS_OVER:
            raise CommandError("The demo's story begins on 2 November 2026.")
        with system_scope():
            if not Tenant.objects.exists():
                raise CommandError("There is nobody yet: load_demo_people first.")
            if PriceList.objects.exists():
                raise CommandError("The demo is loaded already: bin/reset first.")
        self.verbosity = verbosity
        self._step("prices", customers.load_prices)
        self._step("contracts and numbers", customers.load_contracts)
        self._step("routing", lambda: plans.load_plans(now))
        self._calls(now)
        self._step("a diversion", lambda: plans.load_diversion(now))

    def _step(self, name: str, load: Callable[[], None]) -> None:
        """Each step is one transaction that sees every customer."""
        began = time.monotonic()
        with system_scope():
            load()
        self._say(name, began)

    def _calls(self, now: dt.datetime) -> None:
        began = time.monotonic()
        path = str(HERE / "call-records-2026-10.csv")
        quiet = io.StringIO()
        call_command(
            "import_call_records", path, now=OCTOBER_IS_OVER, verbosity=0, stdout=quiet
        )
        self._say("calls of October", began)
        began = time.monotonic()
        call_command("load_demo_calls", now=now, verbosity=0, stdout=quiet)
        self._say("calls until now", began)

    def _say(self, name: str, began: float) -> None:
        if self.verbosity:
            self.stderr.write(f"  {name:<24} {time.monotonic() - began:5.1f} s")
