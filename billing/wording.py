"""Codes of lines, options and work in words, in the language of the document."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n
from django.utils.translation import npgettext_lazy

from billing.rating.codes import CODES, family_of
from billing.rating.model import PricedLine
from billing.rating.output import number_text
from vms_portal.kernel.formatting import day_words

UNITS = {
    "MON": npgettext_lazy("quantity", "month", "months"),
    "DAY": npgettext_lazy("quantity", "day", "days"),
}

# What rating says of a month it cannot price, and how people are told.
PROBLEMS = {
    r"No price list was in force on (?P<day>\S+)\.": _n(
        "No price list was in force on %(day)s."
    ),
    r"(?P<count>\S+) is above the last band of the price list\.": _n(
        "%(count)s is more than the price list covers: a quotation is missing."
    ),
    r"(?P<count>\d+) channels are more .* \((?P<most>\d+)\)\.": _n(
        "%(count)s channels are more than the price list covers (%(most)s): a "
        "quotation is missing."
    ),
    r"(?P<code>\S+) has no list price\.": _n(
        "%(what)s has no list price: a quotation is missing."
    ),
}


def in_order(codes: Iterable[str]) -> list[str]:
    """Return codes in the order of the documents; those of families come last."""
    known = list(CODES)
    return sorted(codes, key=lambda c: (known.index(c) if c in CODES else 99, c))


def code_words(code: str, names: Mapping[str, str] | None = None) -> str:
    """Return a code in the active language; an unknown one as it is.

    ``names`` are those that the price list has for it.
    """
    if named := (names or {}).get((translation.get_language() or "en")[:2]):
        return named
    if code in CODES:
        return _(CODES[code].words)
    family = family_of(code)
    return f"{_(family.words)} ({code})" if family else code


def rate_words(rate: Decimal | None) -> str:
    """Return a rate of VAT with its sign; nothing for what has none."""
    if rate is None:
        return ""
    return f"{number_format(number_text(rate))}\N{NO-BREAK SPACE}%"


def unit_words(unit: str, quantity: Decimal) -> str:
    """Return the unit of ``quantity``: 1,5 jour in French, elsewhere 1,5 Tage."""
    if unit not in UNITS:
        return ""
    is_one = abs(quantity) < 2 if translation.get_language() == "fr" else quantity == 1
    return str(UNITS[unit] % (1 if is_one else 2))


def line_description(line: PricedLine, language: str) -> str:
    """Return what a line is for, in ``language``, at most 200 characters."""
    with translation.override(language):
        words = code_words(line.code, line.names)
        if line.usage_month is not None:
            month = date_format(line.usage_month, "YEAR_MONTH_FORMAT")
            words = f"{words}, {month}"
        elif line.start is not None and line.units != 1:
            words = f"{words} × {number_text(line.units)}"
        elif line.done_on is not None:
            words = f"{words}, {day_words(line.done_on)}"
        if line.credited_with:
            values = {"reference": line.credited_with, "line": words}
            words = _("Credited with %(reference)s already: %(line)s") % values
    return words[:200]


def problem_words(message: str) -> str:
    """Return why a month cannot be priced, in the active language."""
    for pattern, words in PROBLEMS.items():
        if match := re.fullmatch(pattern, message):
            values = match.groupdict()
            if "day" in values:
                values["day"] = day_words(dt.date.fromisoformat(values["day"]))
            if "code" in values:
                values["what"] = code_words(values["code"])
            return _(words) % values
    return _(message) if message else ""
