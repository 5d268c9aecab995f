"""VAT numbers of customers, and which VAT treatment the law lets go with them.

A Belgian number is the enterprise number after ``BE``. Numbers are stored compact.
"""

import re
from collections.abc import Mapping
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum.be import vat as belgian
from stdnum.eu import vat as european
from stdnum.exceptions import ValidationError as WrongNumber

from tenants.words.countries import CODES, EU

Problems = Mapping[str, str | Promise]
BELGIAN_POSTAL_CODE = re.compile(r"[1-9][0-9]{3}", re.ASCII)
# Outside the EU a number is only kept, never judged.
FOREIGN_NUMBER = re.compile(r"[A-Z0-9]{2,20}", re.ASCII)
GREECE = {"GR": "EL"}
SEPARATORS = re.compile(r"[\s./\-\u2010-\u2013\u2212]+")
# Monaco counts as France for VAT (Directive 2006/112/EC, article 7).
TERRITORIES = {"MC": "FR"}
EU_PREFIXES = (EU - {"GR"}) | {"EL"}
NOT_OUTSIDE = _("A country outside the EU goes with “Outside the EU” only.")


class WrongVatNumber(ValueError):
    """The text is no VAT number, or its check digits are wrong."""


class Invoiced(Protocol):
    """Whom a document is for, as far as VAT asks."""

    country: str
    postal_code: str
    vat_number: str
    vat_treatment: str


def compact_vat(text: str, country: str) -> str:
    """Return ``BE0123456749`` for ``BE 0123.456.749``; ``WrongVatNumber``.

    A number without the letters of a country in front is taken as one of ``country``.
    """
    letters = SEPARATORS.sub("", text).upper()
    if not letters and not text.strip():
        return ""
    country = TERRITORIES.get(country, country)
    prefix = GREECE.get(country, country)
    if letters[:2].isdigit() or (country in EU and not letters[:2].isalpha()):
        letters = prefix + letters
    state_code = GREECE.get(letters[:2], letters[:2])
    if state_code not in EU_PREFIXES:
        return _outside(letters, country)
    try:
        if state_code == "BE":
            return "BE" + belgian.validate(letters)
        return state_code + european.validate(state_code + letters[2:])[2:]
    except WrongNumber as error:
        raise WrongVatNumber(text) from error


def _outside(letters: str, country: str) -> str:
    if country in EU or not FOREIGN_NUMBER.fullmatch(letters):
        raise WrongVatNumber(letters)
    return letters


def enterprise_number(vat_number: str) -> str:
    """Return the Belgian enterprise number in a compact VAT number; else ""."""
    return vat_number[2:] if vat_number.startswith("BE") else ""


def spaced_vat(number: str) -> str:
    """Return ``BE 0123.456.749`` for reading; others with the country apart."""
    digits = number[2:]
    if number.startswith("BE") and len(digits) == 10 and digits.isdigit():
        return f"BE {digits[:4]}.{digits[4:7]}.{digits[7:]}"
    return f"{number[:2]} {digits}" if number[:2].isalpha() else number


def problems(customer: Invoiced) -> Problems:
    """Return what makes a document for this customer unlawful, by field."""
    country, treatment = customer.country, customer.vat_treatment
    if country not in CODES:
        return {"country": _("This is no country of ISO 3166.")}
    country = TERRITORIES.get(country, country)
    wrong: dict[str, str | Promise] = {}
    if country == "BE" and not is_belgian_postal_code(customer.postal_code):
        wrong["postal_code"] = _("A Belgian postal code has four digits.")
    try:
        number = compact_vat(customer.vat_number, country)
    except WrongVatNumber:
        wrong["vat_number"] = _(
            "This is no valid VAT number: please check the digits, such as in "
            "BE 0123.456.749."
        )
        return wrong
    judge = TREATMENTS.get(treatment, _exempt)
    return {**wrong, **judge(country, number[:2])}


def is_belgian_postal_code(text: str) -> bool:
    """Has it four digits? An address may also be without one."""
    return not text or BELGIAN_POSTAL_CODE.fullmatch(text) is not None


def _standard(country: str, prefix: str) -> Problems:
    if country == "BE" or prefix == "BE":
        return {}
    if country not in EU:
        return {"vat_treatment": NOT_OUTSIDE}
    if prefix:
        return {
            "vat_treatment": _(
                "A business in another EU state is invoiced with reverse charge."
            )
        }
    return {
        "vat_number": _(
            "Consumers in other EU states are not served: a VAT number is needed."
        )
    }


def _reverse_charge(country: str, prefix: str) -> Problems:
    if country == "BE" or country not in EU:
        return {
            "vat_treatment": _("Reverse charge is for businesses in other EU states.")
        }
    if not prefix or prefix == "BE":
        return {
            "vat_number": _(
                "Reverse charge needs the customer's VAT number of another EU state."
            )
        }
    return {}


def _outside_eu(country: str, prefix: str) -> Problems:
    if country in EU:
        return {"vat_treatment": _("This country lies in the EU.")}
    return {}


def _exempt(country: str, prefix: str) -> Problems:
    return {}


TREATMENTS = {
    "S": _standard,
    "AE": _reverse_charge,
    "O": _outside_eu,
    "E": _exempt,
}
