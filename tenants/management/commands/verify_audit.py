import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from tenants.audit.anchors import Anchor, Logged, lines_of, read_log
from tenants.audit.verification import chains, name_of, verify
from tenants.models import Tenant
from vms_portal.kernel.commands import arguments
from vms_portal.kernel.commands.base import WorkerCommand
from vms_portal.kernel.data.row_security import system_scope
from vms_portal.kernel.text import visible_text


class Command(WorkerCommand):
    help = "Check that no audit event was changed, removed or reordered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--log",
            metavar="FILE",
            help="the worker's log, which saw the ends of the chains; - reads it from "
            "standard input",
        )

    def handle(self, *, verbosity: int, log: str | None = None, **options: Any) -> None:
        logged = self._logged(log) if log else {}
        problems = total = 0
        with system_scope():
            everything = chains()
        for chain in everything:
            count, findings = self._verify(chain, logged.pop(_key(chain), ()))
            total += count
            problems += findings
            if verbosity > 1:
                self.stdout.write(f"{name_of(chain)}: {count} events")
        for key, anchors in logged.items():
            self.stderr.write(f"customer {key} is missing: {anchors[-1].seen} saw it")
        problems += len(logged)
        if problems:
            raise CommandError(
                f"{problems} problem(s) in {total} events of {len(everything)} chains."
            )
        self.stdout.write(f"{total} events in {len(everything)} chains are intact.")

    def _verify(
        self, chain: Tenant | None, logged: Sequence[Anchor]
    ) -> tuple[int, int]:
        """Events and problems of one chain; each problem is told."""
        with system_scope():
            count, findings = verify(chain, logged)
        for finding in findings:
            self.stderr.write(str(finding))
        return count, len(findings)

    def _logged(self, name: str) -> Logged:
        path = Path(name)
        if name != "-" and not arguments.is_file(path):
            raise CommandError(f"{visible_text(name)} is no file; - reads the input.")
        try:
            if name == "-":
                logged = read_log(lines_of(sys.stdin))
            else:
                with path.open(encoding="utf-8", errors="replace") as file:
                    logged = read_log(lines_of(file))
        except (OSError, ValueError) as error:
            raise CommandError(f"{name}: {error}") from error
        if not logged:
            raise CommandError(f"{name} holds no anchor: is it the worker's log?")
        return logged


def _key(chain: Tenant | None) -> int | None:
    return chain.pk if chain else None
