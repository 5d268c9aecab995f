"""Text that people type: names, labels, reasons."""

import unicodedata

# Control, format (bidirectional marks among them), surrogate, private, unassigned.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean_text(text: str) -> str:
    """Return ``text`` composed (NFC), on one line, without hidden characters.

    A direction mark in a name could make one name look like another; a NUL cannot
    be stored at all.
    """
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c for c in spaced if unicodedata.category(c) not in _HIDDEN).strip()
