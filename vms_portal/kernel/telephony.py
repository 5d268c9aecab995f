"""Telephone numbers as people write them: which digits a text means.

Only what is known to be harmless is read over: digits of any script, the usual
separators, one "+" in front, the "(0)" of letterheads. ``numbers.notation`` judges
whole numbers by it, searches and lists of callers take beginnings.
"""

import re
import unicodedata

from vms_portal.kernel.text import is_hidden

COUNTRY = "+32"
SEPARATORS = re.compile(r"[\s./()\-\u2010-\u2013\u2212]+")
BETWEEN_PLUS_AND_ZERO = re.compile(r"^(\+[0-9\s./\-]*?)\(0\)")
# Marks on a digit, which most fonts do not show.
MARKS = frozenset({"Mn", "Me"})
_BEGINNING = re.compile(r"\+[1-9][0-9]{0,14}")


def has_hidden(text: str) -> bool:
    """Tell whether a character of a number is one that nobody sees."""
    return any(is_hidden(c) or unicodedata.category(c) in MARKS for c in text)


def compact(text: str) -> str | None:
    """Return the digits of ``text``, "+" in front where it says so; else None.

    >>> compact("02/550 12 34"), compact("0032 (0)470 11.22.33"), compact("ext 5")
    ('025501234', '+32470112233', None)
    """
    written = "".join(_plain(c) for c in text).strip()
    joined = SEPARATORS.sub("", BETWEEN_PLUS_AND_ZERO.sub(r"\1", _with_plus(written)))
    digits = joined.removeprefix("+")
    return joined if digits.isascii() and digits.isdigit() else None


def international(joined: str) -> str:
    """Return compact digits as E.164 has them, Belgian when they begin with one 0."""
    if joined.startswith(COUNTRY + "0"):
        return COUNTRY + joined.removeprefix(COUNTRY + "0")
    if joined.startswith("0"):
        return COUNTRY + joined.removeprefix("0")
    return joined


def beginning(text: str) -> str | None:
    """Return the E.164 number that ``text`` begins, or None when it begins none.

    >>> beginning("0475"), beginning("00 32 475"), beginning("+32 (0)475 55")
    ('+32475', '+32475', '+3247555')
    """
    joined = None if has_hidden(text) else compact(text)
    if joined is None or joined == "0":
        return None
    found = international(joined)
    if not _BEGINNING.fullmatch(found) or found.startswith(COUNTRY + "0"):
        return None
    return found


def from_query(text: str) -> str:
    """Return a number of an address: a "+" that nobody encoded arrives as a space."""
    is_plus = text.startswith(" ") and text[1:2].isdecimal() and text[1:2] != "0"
    return f"+{text[1:]}" if is_plus else text


def _plain(character: str) -> str:
    """Return ASCII for digits of any script and for the full-width plus."""
    if character == "\uff0b":
        return "+"
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _with_plus(written: str) -> str:
    """Write the international prefix 00, spaced or not, as "+"."""
    return re.sub(r"^[\s(]*0[\s]*0[\s)]*", "+", written)
