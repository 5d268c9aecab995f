from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from billing.services import series
from vms_portal.kernel.commands.base import WorkerCommand
from vms_portal.kernel.data.row_security import system_scope


class Command(WorkerCommand):
    help = "After a restore: number the next document above the last one that was sent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "sent", metavar="REFERENCE", help="2026-000042, or CN-2026-000003"
        )
        parser.add_argument("--reason", required=True, help="kept in the audit trail")

    def handle(self, *, sent: str, reason: str, **options: Any) -> None:
        try:
            with system_scope():
                last, following = series.continue_after(
                    sent=sent, reason=reason, now=timezone.now()
                )
        except series.NoReference:
            raise CommandError(f"{sent} is no number of a document.") from None
        except series.NoReason:
            raise CommandError("Say why with --reason: the trail keeps it.") from None
        except series.SeriesNotBehind as error:
            raise CommandError(
                f"The series stands at {error.last} already: nothing to do."
            ) from None
        except series.TooFar:
            raise CommandError(
                f"{sent} is more than {series.FURTHEST:,} numbers ahead: mistyped?"
            ) from None
        self.stdout.write(f"The last number was {last}; the next is {following}.")
