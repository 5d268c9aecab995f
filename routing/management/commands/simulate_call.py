"""The simulator as a command: one JSON object in, one out."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import CommandError, CommandParser

from routing import decisions
from vms_portal.kernel.commands.base import PlainCommand
from vms_portal.kernel.data.json_pairs import each_once

WITH_PROBLEMS = 2


class Command(PlainCommand):
    """Exit 0 with a result, 2 with problems, 1 when the file cannot be read."""

    help = "Simulate the call described in a JSON file (docs/routing.md) and print it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="FILE.json")

    def handle(self, *, path: Path, **options: Any) -> None:
        answer = decisions.simulate_call(_read(path))
        self.stdout.write(json.dumps(answer, indent=2))
        if "problems" in answer:
            sys.exit(WITH_PROBLEMS)


def _read(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=each_once)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path} holds no readable JSON: {error}") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON.")
