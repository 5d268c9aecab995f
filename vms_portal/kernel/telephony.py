"""Telephone numbers as people write them: which digits a text means.

Only what is known to be harmless is read over: digits of any script, the usual
separators, one "+" in front, the "(0)" of letterheads and a 0 behind the country
code. ``numbers.notation`` judges whole numbers by it, searches and lists of callers
take beginnings.
"""

import re
import unicodedata

from vms_portal.kernel.text import is_hidden

COUNTRY = "+32"
# A whole number, seven to fifteen digits (ITU-T E.164). The engine and the destination
# policy, which import nothing of ours, have their own.
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SEPARATORS = re.compile(r"[\s./()\-\u2010-\u2013\u2212]+")
BETWEEN_PLUS_AND_ZERO = re.compile(r"^(\+[0-9\s./\-]*?)\(0\)")
# How long a country code is, its first digits tell (ITU-T E.164).
COUNTRY_CODE = re.compile(
    r"\+(?>[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9]{2})"
)
# With the prefix 0 of its national notation, which no number has behind its code.
WITH_PREFIX = re.compile(f"({COUNTRY_CODE.pattern})0")
_FREE = "0(?:8(?:0(?:0[0-9]{0,%s})?)?)?"
# Countries with numbers that begin with 0, and how those and their beginnings go on: as
# long as they are it is no prefix. Codes of no country have no prefix at all.
ZERO_BELONGS = {
    **dict.fromkeys(
        ("+39", "+379", "+800", "+808", "+870", "+878", "+881", "+882", "+883", "+888"),
        "0[0-9]*",
    ),
    "+979": "0[0-9]*",
    "+225": "0[0-9]{0,9}",
    "+226": "0[0-9]{0,7}",
    "+227": "0[0-9]{0,7}",
    "+229": "0[0-9]{0,9}",
    "+241": "0[0-9]{0,7}",
    "+242": "0[0-9]{0,8}",
    "+247": "0[0-9]{0,5}",
    "+250": "06[0-9]{0,6}",
    "+267": _FREE % 6,
    "+268": _FREE % 4,
    "+378": "0(?:5(?:4(?:9[0-9]{0,6})?)?)?",
    "+47": "0[0-9]{0,4}",
    "+501": _FREE % 7,
    "+676": _FREE % 3,
    "+679": _FREE % 7,
    "+687": "0(?:5(?:0[0-9]{0,3})?)?",
    "+853": _FREE % 3,
    "+992": "0[0-9]{0,8}",
}
# National notations behind a country code whose prefix is not 0 alone. Digits that many
# are no number as they stand, and mean one.
NATIONAL = tuple(
    (re.compile(pattern), meant)
    for pattern, meant in (
        (r"\+3606([0-9]*)", r"+36\1"),  # Hungary: 06
        (r"\+78([0-9]{10})", r"+7\1"),  # Russia, Kazakhstan: 8
        (r"\+37580([0-9]{9})", r"+375\1"),  # Belarus: 8 and 0, of services 8
        (r"\+3758((?:80|90)[0-9]{8})", r"+375\1"),
        (r"\+9938([0-9]{8})", r"+993\1"),  # Turkmenistan: 8
        # Mobiles of Argentina: 0, the area, 15; abroad 9 and the area.
        (r"\+540?(11)15([0-9]{8})", r"+549\1\2"),
        (r"\+540?([23][0-9]{2})15([0-9]{7})", r"+549\1\2"),
        (r"\+540?([23][0-9]{3})15([0-9]{6})", r"+549\1\2"),
    )
)
# Marks on a digit, which most fonts do not show.
MARKS = frozenset({"Mn", "Me"})
_BARE = re.compile(r"[1-9][0-9]{2,}")
_BEGINNING = re.compile(r"\+[1-9][0-9]{0,14}")


def has_hidden(text: str) -> bool:
    """Tell whether a character of a number is one that nobody sees."""
    return any(is_hidden(c) or unicodedata.category(c) in MARKS for c in text)


def without_hidden(text: str) -> str:
    """Return what a reader sees of a number that somebody looks for.

    What is pasted often brings a direction mark along. Nothing is kept of a search, so
    reading over it does no harm; a number that is stored or called is refused with it.
    """
    return "".join(
        " " if c.isspace() else c for c in text if c.isspace() or not has_hidden(c)
    )


def compact(text: str) -> str | None:
    """Return the digits of ``text``, "+" in front where it says so; else None.

    >>> compact("02/550 12 34"), compact("0032 (0)470 11.22.33"), compact("ext 5")
    ('025501234', '+32470112233', None)
    """
    written = "".join(_plain(c) for c in text).strip()
    joined = SEPARATORS.sub("", BETWEEN_PLUS_AND_ZERO.sub(_code, _with_plus(written)))
    digits = joined.removeprefix("+")
    return joined if digits.isascii() and digits.isdigit() else None


def international(joined: str) -> str:
    """Return compact digits as E.164 has them, Belgian when they begin with one 0.

    >>> international("+330612345678"), international("+390612345678")
    ('+33612345678', '+390612345678')
    """
    for written, meant in NATIONAL:
        if match := written.fullmatch(joined):
            return match.expand(meant)
    if has_prefix(joined):
        return WITH_PREFIX.sub(r"\1", joined, count=1)
    if joined.startswith("0"):
        return COUNTRY + joined.removeprefix("0")
    return joined


def has_prefix(joined: str) -> bool:
    """Tell whether compact digits have a national prefix behind their country code."""
    match = WITH_PREFIX.match(joined)
    if match is None:
        return False
    belongs = ZERO_BELONGS.get(match[1])
    return belongs is None or not re.fullmatch(belongs, joined[match.end(1) :])


def beginning(text: str) -> str | None:
    """Return the E.164 number that ``text`` begins, or None when it begins none.

    A national prefix alone begins none, and not every number of its country.

    >>> beginning("0475"), beginning("00 32 475"), beginning("+32 (0)475 55")
    ('+32475', '+32475', '+3247555')
    >>> beginning("0"), beginning("+330"), beginning("+36 06"), beginning("+33")
    (None, None, None, '+33')
    """
    joined = None if has_hidden(text) else compact(text)
    begins = _begun(joined)
    if begins is None or (begins != joined and COUNTRY_CODE.fullmatch(begins)):
        return None
    return begins


def _begun(joined: str | None) -> str | None:
    if joined is None or joined == "0":
        return None
    begins = international(joined)
    if not _BEGINNING.fullmatch(begins) or has_prefix(begins):
        return None
    return begins


def is_home(begins: str) -> bool:
    """Tell whether every number of Belgium, or more, begins so."""
    return COUNTRY.startswith(begins)


def is_many_countries(begins: str) -> bool:
    """Tell whether numbers of several country codes begin so."""
    return COUNTRY_CODE.match(begins) is None


def searched(text: str) -> str | None:
    """Return the beginning of a number that somebody looks for, or None.

    As ``beginning``, but digits alone begin with a country code: an address that
    nobody encoded has lost its "+", and calls are found by such digits as well. Hidden
    characters count for nothing, and so does a national prefix alone: more may come.

    >>> searched("32 (0)475"), searched("0475"), searched("+32475")
    ('+32475', '+32475', '+32475')
    """
    text = without_hidden(text)
    is_bare = _BARE.fullmatch(compact(text) or "") is not None
    return _begun(compact(f"+{text.strip()}" if is_bare else text))


def from_query(text: str) -> str:
    """Return a number of an address: a "+" that nobody encoded arrives as a space."""
    is_plus = text.startswith(" ") and text[1:2].isdecimal() and text[1:2] != "0"
    return f"+{text[1:]}" if is_plus else text


def _code(match: re.Match[str]) -> str:
    """Return what stands before a "(0)", the 0 as well where it may belong."""
    code = SEPARATORS.sub("", match[1])
    return code + "0" if code in ZERO_BELONGS else code


def _plain(character: str) -> str:
    """Return ASCII for digits of any script and for the full-width plus."""
    if character == "\uff0b":
        return "+"
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _with_plus(written: str) -> str:
    """Write the international prefix 00, spaced or not, as "+"."""
    return re.sub(r"^[\s(]*0[\s]*0[\s)]*", "+", written)
