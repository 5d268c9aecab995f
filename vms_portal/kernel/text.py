"""Text that people type: names, labels, reasons."""

import re
import unicodedata

# Control, format (bidirectional marks among them), surrogate, private, unassigned.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# What a bigint of the database holds, whatever the digits.
_WHOLE = re.compile(r"[0-9]{1,18}")


def clean_text(text: str) -> str:
    """Return ``text`` composed (NFC), on one line, without hidden characters.

    A direction mark in a name could make one name look like another; a NUL cannot
    be stored at all.
    """
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c for c in spaced if unicodedata.category(c) not in _HIDDEN).strip()


def whole_number(text: str) -> int | None:
    """Return the key or count that ``text`` writes, or None.

    ``int`` raises above 4,300 digits, and the database above 19.

    >>> whole_number("42"), whole_number("-1"), whole_number("9" * 5000)
    (42, None, None)
    """
    return int(text) if _WHOLE.fullmatch(text) else None
