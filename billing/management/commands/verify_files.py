from typing import Any

from django.core.management.base import CommandError

from billing.selectors.files import current_files, is_whole
from vms_portal.kernel.commands.base import WorkerCommand
from vms_portal.kernel.data.row_security import system_scope


class Command(WorkerCommand):
    help = "Check the stored file of every issued document against its hash."

    def handle(self, **options: Any) -> None:
        count = damaged = 0
        with system_scope():
            for file in current_files().order_by("pk").iterator():
                count += 1
                if not is_whole(file):
                    damaged += 1
                    self.stderr.write(f"{file.storage_key} is missing or damaged.")
        if damaged:
            raise CommandError(
                f"{damaged} of {count} files are damaged: run repair_files."
            )
        self.stdout.write(f"{count} files are whole.")
