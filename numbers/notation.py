"""Telephone numbers as people write them, turned into E.164.

Used by forms and CSV before the destination policy; a routing document takes
E.164 alone. Only what is known to be harmless is accepted: digits of any
script, the usual separators, one "+" in front, the "(0)" of letterheads. An
extension, a letter or a hidden direction mark is never silently dropped.
"""

import re
import unicodedata
from dataclasses import dataclass

from numbers.policy import COUNTRY, E164, is_emergency
from vms_portal.kernel.text import is_hidden

SEPARATORS = re.compile(r"[\s./()\-\u2010-\u2013\u2212]+")
BETWEEN_PLUS_AND_ZERO = re.compile(r"^(\+[0-9\s./\-]*?)\(0\)")
LONGEST_INPUT = 60
# Marks on a digit, which most fonts do not show.
_MARKS = frozenset({"Mn", "Me"})


@dataclass(frozen=True, slots=True)
class Misread:
    """Why a text is not taken as a number.

    ``code``: empty, too_long, hidden_character, not_a_number, emergency or
    too_short.
    """

    code: str


def normalise(text: str) -> str | Misread:
    """Return ``text`` in E.164, Belgian unless it says otherwise, or why not.

    >>> normalise("02/550 12 34"), normalise("0032 (0)470 11.22.33")
    ('+3225501234', '+32470112233')
    """
    if len(text) > LONGEST_INPUT:
        return Misread("too_long")
    if any(is_hidden(c) or unicodedata.category(c) in _MARKS for c in text):
        return Misread("hidden_character")
    written = "".join(_plain(c) for c in text).strip()
    if not written:
        return Misread("empty")
    compact = SEPARATORS.sub("", BETWEEN_PLUS_AND_ZERO.sub(r"\1", _with_plus(written)))
    digits = compact.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return Misread("not_a_number")
    if is_emergency(digits) or is_emergency(digits.removeprefix("32").lstrip("0")):
        return Misread("emergency")
    return _international(compact)


def _plain(character: str) -> str:
    """Return ASCII for digits of any script and for the full-width plus."""
    if character == "\uff0b":
        return "+"
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _with_plus(written: str) -> str:
    """Write the international prefix 00, spaced or not, as "+"."""
    return re.sub(r"^[\s(]*0[\s]*0[\s)]*", "+", written)


def _international(compact: str) -> str | Misread:
    if not compact.startswith("+"):
        if not compact.startswith("0"):
            return Misread("too_short" if len(compact) < 8 else "not_a_number")
        compact = COUNTRY + compact.removeprefix("0")
    elif compact.startswith(COUNTRY + "0"):
        compact = COUNTRY + compact.removeprefix(COUNTRY + "0")
    if not E164.fullmatch(compact):
        return Misread("too_short" if len(compact) < 8 else "not_a_number")
    return compact
