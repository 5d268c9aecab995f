from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from contracts.models import Contract
from numbers.importing.result import ImportResult
from numbers.services.importing import import_numbers
from tenants.models import Tenant
from vms_portal.kernel.commands import arguments
from vms_portal.kernel.commands.base import WorkerCommand
from vms_portal.kernel.data.row_security import system_scope
from vms_portal.kernel.text import clean_text, visible_text


class Command(WorkerCommand):
    help = "Add the numbers of a CSV file to a customer: all of them or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", type=Path, metavar="FILE", help="columns as in docs/numbers.md"
        )
        parser.add_argument("--customer", required=True, metavar="REF")
        parser.add_argument("--contract", required=True, metavar="REF")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="tell what would happen, store nothing",
        )

    def handle(
        self,
        *,
        path: Path,
        customer: str,
        contract: str,
        dry_run: bool,
        verbosity: int,
        **options: Any,
    ) -> None:
        if not arguments.is_file(path):
            raise CommandError(f"There is no file at {visible_text(str(path))}.")
        name = clean_text(path.name)
        try:
            with system_scope(), path.open("rb") as file:
                outcome = import_numbers(
                    file=file,
                    name=name,
                    contract=_contract(customer, contract),
                    actor="import_numbers",
                    now=timezone.now(),
                    dry_run=dry_run,
                    progress=self._progress(path, verbosity),
                )
        except (DatabaseError, OSError) as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"{name}: nothing was stored: {reason}.") from error
        if verbosity:
            self.stderr.write("")
        if outcome.is_windows:
            self.stderr.write(f"{name} is not UTF-8. It was read as Windows-1252.")
        if outcome.problems:
            raise CommandError(_told(name, outcome))
        self.stdout.write(_sentence(name, outcome, dry_run))

    def _progress(self, path: Path, verbosity: int) -> Callable[[int], None]:
        size = max(path.stat().st_size, 1)

        def write_percent(position: int) -> None:
            if verbosity:
                percent = min(100 * position // size, 100)
                self.stderr.write(f"\r{percent:3d} %", ending="")

        return write_percent


def _contract(customer: str, reference: str) -> Contract:
    tenant = Tenant.objects.filter(reference=customer).first()
    if tenant is None:
        known = ", ".join(Tenant.objects.values_list("reference", flat=True)[:20])
        raise CommandError(
            f"There is no customer {customer}. Known: {known or 'none'}."
        )
    contracts = Contract.objects.for_tenant(tenant)
    contract = contracts.filter(reference=reference).first()
    if contract is None:
        known = ", ".join(contracts.values_list("reference", flat=True)[:20])
        raise CommandError(
            f"{tenant} has no contract {reference}. Known: {known or 'none'}."
        )
    return contract


def _told(name: str, outcome: ImportResult) -> str:
    lines = [f"{name}: nothing was stored.", *map(str, outcome.problems)]
    if outcome.has_more_problems:
        lines.append("There may be more: fix these first.")
    return "\n".join(lines)


def _sentence(name: str, outcome: ImportResult, dry_run: bool) -> str:
    text = (
        f"{name}: {outcome.numbers:,} numbers = {outcome.added:,} added"
        f" + {outcome.changed:,} changed + {outcome.unchanged:,} known"
    )
    if outcome.sites_added:
        text += f"; new sites: {', '.join(outcome.sites_added)}"
    if outcome.lines_added:
        text += f"; new main lines: {', '.join(outcome.lines_added)}"
    if outcome.lines_again:
        text += f"; lines that ring again: {', '.join(outcome.lines_again)}"
    return f"{text}. Nothing was stored (dry run)." if dry_run else f"{text}."
