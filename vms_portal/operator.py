"""Who runs this portal: name, addresses and legal data, from a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from vms_portal.environment import refuse
from vms_portal.kernel.text import is_hidden
from vms_portal.operator_values import problems

OPERATORS = Path(__file__).resolve().parent / "operators"
# A later due date is a slip of the hand.
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Operator:
    """The legal entity that offers VMS, as printed on pages and documents.

    ``vat_number`` is the compact Belgian form (``BE`` and ten digits), ``iban``
    and ``bic`` have no spaces, ``country`` is its ISO 3166 code, invoices are due
    ``payment_days`` after their date, ``comparison_url`` is the regulator's comparison
    of tariffs. ``register`` names the register of legal entities and its court,
    ``credit_note_mention`` what a credit note with VAT has to say; empty, they are not
    printed. ``languages`` holds what reads otherwise in one of them.
    """

    name: str
    portal_name: str
    legal_name: str
    legal_form: str
    street: str
    postal_code: str
    city: str
    country: str
    vat_number: str
    iban: str
    bic: str
    sender: str
    support_email: str
    support_phone: str
    billing_email: str
    website: str
    accessibility_url: str
    legal_url: str
    terms_version: str
    payment_days: int
    comparison_url: str
    portal_path: str
    register: str = ""
    credit_note_mention: str = ""
    languages: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def in_language(self, language: str) -> Operator:
        """Return the operator as documents and pages in ``language`` name it."""
        return replace(self, **self.languages.get(language[:2], {}))


def load_operator(path: str, spoken: Collection[str]) -> Operator:
    """Return the operator of the TOML file at ``path``, by default the demo's.

    ``spoken`` are the languages of documents and pages.
    """
    file = Path(path) if path else OPERATORS / "belvoix.toml"
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        refuse("VMS_OPERATOR", f"{file} cannot be read: {error}.")
    languages = values.get("languages", {})
    if not isinstance(languages, dict) or not all(
        key in spoken and isinstance(own, dict) for key, own in languages.items()
    ):
        told = " or ".join(f"[languages.{key}]" for key in spoken)
        refuse("VMS_OPERATOR", f"{file}: under languages, {told} is expected.")
    _require_names(file, values)
    for own in (values, *languages.values()):
        _require_kinds(file, own)
        if wrong := problems({**values, **own}):
            name, told = wrong.popitem()
            refuse("VMS_OPERATOR", f"{file}: {name} has to be {told}.")
    return Operator(**values)


def _require_names(file: Path, values: Mapping[str, Any]) -> None:
    """End with a sentence when the file lacks a name or has one nobody reads."""
    known = {field.name: field for field in fields(Operator)}
    needed = {
        name
        for name, field in known.items()
        if field.default is MISSING and field.default_factory is MISSING
    }
    if missing := sorted(needed.difference(values)):
        refuse("VMS_OPERATOR", f"{file} lacks {', '.join(missing)}.")
    given = set(values).union(*values.get("languages", {}).values())
    if unknown := sorted(given.difference(known)):
        refuse("VMS_OPERATOR", f"{file} has what nobody reads: {', '.join(unknown)}.")


def _require_kinds(file: Path, values: Mapping[str, Any]) -> None:
    """End with a sentence when a value is not of the kind its name asks for."""
    kinds = get_type_hints(Operator)
    may_be_blank = {field.name for field in fields(Operator) if field.default == ""}
    for name, value in values.items():
        if kinds[name] is int:
            is_right = type(value) is int and 0 <= value <= MOST_DAYS
            expected = f"a whole number from 0 to {MOST_DAYS}"
        else:
            is_right = _is_line(value) or (value == "" and name in may_be_blank)
            expected = "a text of one line"
        if not is_right and name != "languages":
            refuse("VMS_OPERATOR", f"{file}: {name} has to be {expected}.")


def _is_line(value: Any) -> bool:
    is_text = isinstance(value, str) and not value.isspace() and value != ""
    return is_text and not any(map(is_hidden, value))
