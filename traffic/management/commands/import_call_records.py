import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from traffic.ingest.delivery import IngestResult
from traffic.ingest.files import UnreadableFile
from traffic.ingest.load import load_file
from vms_portal.kernel.commands import arguments
from vms_portal.kernel.commands.base import WorkerCommand
from vms_portal.kernel.text import clean_text, visible_text

# A batch is held in memory, and its locks until it is stored.
MOST_ROWS = 1_000_000


class Command(WorkerCommand):
    help = "Add the call records of a CSV file. A second run of one file adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", type=Path, metavar="FILE", help="see docs/traffic.md"
        )
        parser.add_argument("--batch", type=int, default=5_000, metavar="ROWS")
        parser.add_argument("--now", type=arguments.instant, help="the clock, ISO 8601")

    def handle(
        self,
        *,
        path: Path,
        batch: int,
        now: dt.datetime | None,
        verbosity: int,
        **options: Any,
    ) -> None:
        if not arguments.is_file(path):
            raise CommandError(f"There is no file at {visible_text(str(path))}.")
        if not 1 <= batch <= MOST_ROWS:
            raise CommandError(f"A batch has 1 to {MOST_ROWS:,} rows.")
        total = IngestResult()
        try:
            for outcome, percent in self._load(path, batch, now or timezone.now()):
                total += outcome
                if verbosity:
                    self._progress(percent, total)
        except UnreadableFile as error:
            raise CommandError(f"{error} ({total} before that.)") from error
        except (DatabaseError, OSError) as error:
            raise CommandError(_stopped(path, total, error)) from error
        if verbosity:
            self.stderr.write("")
        self.stdout.write(f"{clean_text(path.name)}: {total}.")

    def _load(
        self, path: Path, batch: int, now: dt.datetime
    ) -> Iterator[tuple[IngestResult, int]]:
        size = max(path.stat().st_size, 1)
        for outcome, position in load_file(
            path, batch=batch, now=now, told=self.stderr.write
        ):
            yield outcome, min(100 * position // size, 100)

    def _progress(self, percent: int, total: IngestResult) -> None:
        text = f"\r{percent:3d} %  {total.received:,} stored"
        self.stderr.write(text, ending="")


def _stopped(path: Path, total: IngestResult, error: Exception) -> str:
    reason = " ".join(str(error).split())
    return (
        f"{clean_text(path.name)} was not read to its end: {reason}. {total} before"
        " that, and that is stored. Run the same command again when the cause is"
        " gone: it goes on from there."
    )
