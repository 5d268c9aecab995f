import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from traffic.ingest.delivery import Outcome
from traffic.ingest.files import UnreadableFile, batches, open_text
from traffic.ingest.storage import store_batch
from vms_portal.kernel.local_time import parse_instant


class Command(BaseCommand):
    help = "Add the call records of a CSV file. A second run of one file adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", type=Path, metavar="FILE", help="see docs/traffic.md"
        )
        parser.add_argument("--batch", type=int, default=5_000, metavar="ROWS")
        parser.add_argument("--now", type=parse_instant, help="the clock, ISO 8601")

    def handle(
        self, *, path: Path, batch: int, now: dt.datetime | None, verbosity: int,
        **options: Any,
    ) -> None:  # fmt: skip
        if not path.is_file():
            raise CommandError(f"There is no file at {path}.")
        if batch < 1:
            raise CommandError("A batch has at least one row.")
        size = max(path.stat().st_size, 1)
        digest = _sha256(path)
        total = Outcome()
        try:
            with open_text(path) as file:
                for number, rows in enumerate(batches(file, path.name, batch)):
                    outcome, repeated = store_batch(
                        rows,
                        key=f"{digest}/{batch}/{number}",
                        sha256=digest,
                        now=now or timezone.now(),
                    )
                    total += outcome.as_replayed() if repeated else outcome
                    if verbosity:
                        self._progress(100 * file.tell() // size, total)
        except UnreadableFile as error:
            raise CommandError(f"{error} ({total} before that.)") from error
        self.stdout.write(f"{path.name}: {total}.")

    def _progress(self, percent: int, total: Outcome) -> None:
        text = f"\r{percent:3d} %  {total.received:,} read"
        self.stderr.write(text, ending="\n" if percent == 100 else "")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
