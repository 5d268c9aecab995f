"""Telephone numbers as people write them, turned into E.164.

Used by forms and CSV before the destination policy; a routing document takes
E.164 alone. Only what is known to be harmless is accepted: digits of any
script, the usual separators, one "+" in front, the "(0)" of letterheads. An
extension, a letter or a hidden direction mark is never silently dropped.
"""

from dataclasses import dataclass

from numbers.destinations.policy import is_emergency
from vms_portal.kernel.telephony import E164, compact, has_hidden, international

LONGEST_INPUT = 60
SHORTEST = 8  # "+" and seven digits


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
    if has_hidden(text):
        return Misread("hidden_character")
    if not text.strip():
        return Misread("empty")
    joined = compact(text)
    if joined is None:
        return Misread("not_a_number")
    digits = joined.removeprefix("+")
    if is_emergency(digits) or is_emergency(digits.removeprefix("32").lstrip("0")):
        return Misread("emergency")
    return _whole(joined)


def _whole(joined: str) -> str | Misread:
    e164 = international(joined)
    if e164.startswith("+") and E164.fullmatch(e164):
        return e164
    is_short = len(e164 if joined.startswith("0") else joined) < SHORTEST
    return Misread("too_short" if is_short else "not_a_number")
