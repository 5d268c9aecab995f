"""What the commands have in common."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection


class PlainCommand(BaseCommand):
    """A command that tells in a sentence when its output cannot be written."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            try:
                return super().execute(*args, **options)
            finally:
                self.stdout.flush()
        except OSError as error:
            _give_up_output()
            reason = error.strerror or " ".join(str(error).split())
            where = f"{error.filename}: " if error.filename else ""
            raise CommandError(f"Stopped before the end: {where}{reason}.") from error


def _give_up_output() -> None:
    """Else the end of the process would try it once more, and trace back."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class WorkerCommand(PlainCommand):
    """A command with the worker's rights; any other role is refused.

    Row security shows the others a part or nothing, and a check would tell that all is
    well. A database that is away is told in a sentence.
    """

    def execute(self, *args: Any, **options: Any) -> str | None:
        for name, value in options.items():
            if isinstance(value, Path) and not _is_utf8(str(value)):
                raise CommandError("The name of the file is not UTF-8: rename it.")
            if isinstance(value, str) and not _is_utf8(value):
                raise CommandError(f"--{name} is not UTF-8.")
        try:
            _require_worker()
            return super().execute(*args, **options)
        except ImproperlyConfigured as error:
            variable = settings.DATABASE_URL_NAMES[settings.PROCESS]
            told = (
                f"{variable} names no database."
                if variable
                else f"VMS_PROCESS={settings.PROCESS} has no database: set"
                " VMS_PROCESS=worker."
            )
            raise CommandError(told) from error
        except (OperationalError, InterfaceError) as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"The database does not answer: {reason}") from error


def _is_utf8(text: str) -> bool:
    """Whether the bytes that were typed are: others become lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _require_worker() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(current_user, 'vms_worker', 'usage')")
        if not cursor.fetchone()[0]:
            raise CommandError(
                f"This needs the worker's rights, and VMS_PROCESS={settings.PROCESS} "
                "sees a part of the customers or none: VMS_PROCESS=worker."
            )
