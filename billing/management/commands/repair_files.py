from collections import Counter
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from billing.selectors.files import current_files, is_whole
from billing.services.files import Repair, repair
from vms_portal.kernel.commands.base import WorkerCommand
from vms_portal.kernel.data.row_security import system_scope


class Command(WorkerCommand):
    help = "Render damaged files of issued documents once more. Repeatable."

    def handle(self, **options: Any) -> None:
        with system_scope():
            files = current_files().order_by("pk").iterator()
            damaged = [(f.pk, f.storage_key) for f in files if not is_whole(f)]
        counts: Counter[Repair] = Counter()
        for pk, key in damaged:
            with system_scope():
                outcome = repair(file_id=pk, now=timezone.now())
            counts[outcome] += 1
            self.stdout.write(f"{key}: {outcome}")
        if counts[Repair.LOST]:
            raise CommandError(
                f"{counts[Repair.LOST]} contract summaries can no longer be rendered "
                "as they were agreed: take their files from a backup."
            )
        restored, replaced = counts[Repair.RESTORED], counts[Repair.REPLACED]
        self.stdout.write(f"{restored} restored, {replaced} replaced.")
