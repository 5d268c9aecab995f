from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.verification import chains, name_of, verify
from vms_portal.kernel.scoping import system_scope


class Command(BaseCommand):
    help = "Check that no audit event was changed, removed or reordered."

    def handle(self, *, verbosity: int, **options: Any) -> None:
        problems = total = 0
        with system_scope():
            everything = chains()
        for chain in everything:
            with system_scope():
                count, findings = verify(chain)
            total += count
            problems += len(findings)
            for finding in findings:
                self.stderr.write(str(finding))
            if verbosity > 1:
                self.stdout.write(f"{name_of(chain)}: {count} events")
        if problems:
            raise CommandError(
                f"{problems} problem(s) in {total} events of {len(everything)} chains."
            )
        self.stdout.write(f"{total} events in {len(everything)} chains are intact.")
