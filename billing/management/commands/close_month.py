import datetime as dt
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from billing.models import CustomerMonth
from billing.services import chunks, closing
from vms_portal.kernel.commands import arguments
from vms_portal.kernel.commands.base import WorkerCommand
from vms_portal.kernel.data.row_security import system_scope
from vms_portal.kernel.text import visible_text


class Command(WorkerCommand):
    help = "Close a month: price every customer and issue the invoices. Repeatable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=arguments.month, metavar="YYYY-MM")
        parser.add_argument("--now", type=arguments.instant, help="the clock, ISO 8601")

    def handle(
        self, *, month: dt.date, now: dt.datetime | None, verbosity: int, **options: Any
    ) -> None:
        now = now or timezone.now()
        _start(month, now)
        with system_scope():
            closing.retry_parked(month=month, actor=closing.ACTOR, now=now)
        with system_scope():
            closing.freeze_usage(month=month, tenants=closing.missing_tenants(month))
        self._bill(month, now, verbosity)
        with system_scope():
            closing.finish_close(month=month, now=now)
            counts = closing.progress(month)
            parked = CustomerMonth.objects.filter(month=month, state="parked")
            for row in parked.select_related("tenant"):
                told = f"{row.tenant}: {row.error}: {row.message}"
                self.stderr.write(visible_text(told))
        self.stdout.write(
            f"{month:%Y-%m}: {counts['issued']} invoiced, {counts['nothing']} nothing "
            f"to bill, {counts['parked']} set aside, {counts['pending']} waiting."
        )

    def _bill(self, month: dt.date, now: dt.datetime, verbosity: int) -> None:
        """Bill who waits, chunk by chunk; other processes may take some."""
        with system_scope():
            ids = list(closing.pending(month).values_list("pk", flat=True))
        for start in range(0, len(ids), closing.CHUNK):
            with system_scope():
                chunk = ids[start : start + closing.CHUNK]
                chunks.bill(month=month, ids=chunk, now=now)
            if verbosity:
                done = min(start + closing.CHUNK, len(ids))
                percent = 100 * done // len(ids)
                ending = "\n" if done == len(ids) else ""
                self.stderr.write(f"\r{percent:3d} %  {done} customers", ending=ending)


def _start(month: dt.date, now: dt.datetime) -> None:
    """Let the close begin. ``CommandError`` says what stands in its way."""
    try:
        with system_scope():
            closing.start_close(month=month, now=now)
    except closing.MonthNotOver:
        raise CommandError(f"{month:%Y-%m} is not over in Brussels.") from None
    except closing.BeforeFirstMonth as error:
        told = f"There is nothing to bill in {month:%Y-%m}"
        first = f": the first month is {error.first:%Y-%m}" if error.first else ""
        raise CommandError(f"{told}{first}.") from None
    except closing.EarlierMonthOpen as error:
        raise CommandError(f"Close {error.month:%Y-%m} first.") from None
    except closing.EarlierMonthUnfrozen as error:
        told = f"{error.month:%Y-%m} is still being closed: try again when it is."
        raise CommandError(told) from None
