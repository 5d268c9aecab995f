"""Who runs this portal: name, addresses and legal data, from a TOML file."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

OPERATORS = Path(__file__).resolve().parent / "operators"


@dataclass(frozen=True, slots=True)
class Operator:
    """The legal entity that offers VMS, as printed on pages and documents.

    ``vat_number`` is the compact Belgian form (``BE`` and ten digits), ``iban``
    and ``bic`` have no spaces, ``address`` is one line per element, invoices are
    due ``payment_days`` after their date, ``comparison_url`` is the regulator's
    comparison of tariffs.
    """

    name: str
    portal_name: str
    legal_name: str
    legal_form: str
    address: tuple[str, ...]
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


def load_operator(path: str = "") -> Operator:
    """Return the operator of the TOML file at ``path``, by default the demo's."""
    file = Path(path) if path else OPERATORS / "belvoix.toml"
    values = tomllib.loads(file.read_text(encoding="utf-8"))
    return Operator(**{**values, "address": tuple(values["address"])})
