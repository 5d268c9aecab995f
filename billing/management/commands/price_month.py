import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from billing.rating.errors import BadInput, RatingError
from billing.rating.fields import Node, one_of
from billing.rating.output import document_json
from billing.rating.parse import parse_month
from billing.rating.price import (
    price_full_credit,
    price_invoice,
    price_rerate_credit,
)
from vms_portal.kernel.commands.base import PlainCommand
from vms_portal.kernel.data.json_pairs import each_once

PRICE = {
    "invoice": price_invoice,
    "credit_full": price_full_credit,
    "credit_rerate": price_rerate_credit,
}


class Command(PlainCommand):
    help = "Price one customer and month described in JSON (docs/billing.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="FILE")

    def handle(self, *, path: Path, **options: Any) -> None:
        try:
            text = path.read_text(encoding="utf-8-sig")
            request = json.loads(text, object_pairs_hook=each_once)
        except (OSError, ValueError, RecursionError) as error:
            raise CommandError(f"{path} cannot be read as JSON: {error}") from error
        try:
            answer = document_json(price(request))
        except RatingError as error:
            problem = {
                "error": error.code,
                "message": error.message,
                "path": error.path,
            }
            self.stdout.write(json.dumps(problem))
            raise SystemExit(2) from error
        self.stdout.write(json.dumps(answer))


def price(request: Any) -> Any:
    """Return the document that ``request`` asks for."""
    if not isinstance(request, dict):
        raise BadInput("An object with kind and input is expected.", "")
    root = Node(request, "")
    kind = one_of(*PRICE)(root.child("kind"))
    return PRICE[kind](parse_month(root.child("input").value))
