"""Text that people type: names, labels, reasons."""

import re
import unicodedata
from typing import Any

# Control, format (bidirectional marks among them), surrogate, private, unassigned.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Letters, marks and signs that nobody sees: fillers, joiners, variation selectors.
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
# Of a pair that makes one character: alone it is none.
_HALF = re.compile("[\ud800-\udfff]")
# What a bigint of the database holds, whatever the digits.
_WHOLE = re.compile(r"[0-9]{1,18}")


def clean_text(text: str) -> str:
    """Return ``text`` composed (NFC), on one line, without hidden characters.

    A direction mark or a filler in a name could make one name look like another; a NUL
    cannot be stored at all. What stood between two characters is gone before they are
    composed.
    """
    seen = "".join(c for c in text if c.isspace() or not is_hidden(c))
    return " ".join(unicodedata.normalize("NFC", seen).split())


def one_line(text: str) -> str:
    """Return ``text`` on one line, without hidden characters; its spaces stay."""
    line = unicodedata.normalize("NFC", " ".join(text.splitlines()))
    return "".join(c for c in line if unicodedata.category(c) not in _HIDDEN).strip()


def clean_lines(text: str) -> str:
    """Return ``text`` with each of its lines as ``clean_text`` has it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(map(clean_text, lines)).strip("\n")


def is_hidden(character: str) -> bool:
    """Tell whether a reader does not see the character, or not as what it is."""
    return character in _BLANK or unicodedata.category(character) in _HIDDEN


def visible_text(text: str) -> str:
    """Return ``text`` for a message about it: hidden characters by their code.

    >>> visible_text("+32\u202e2")
    '+32‹U+202E›2'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"‹U+{ord(c):04X}›" if is_hidden(c) else c for c in text)


def half_characters_shown(value: Any) -> Any:
    """Return texts, lists and dicts with halves of characters by their code.

    JSON can write half of a pair (``\\ud800``), which no answer can hold.
    """
    if isinstance(value, dict):
        shown = half_characters_shown
        return {shown(name): shown(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [half_characters_shown(inner) for inner in value]
    if isinstance(value, str) and _HALF.search(value):
        return _HALF.sub(lambda match: visible_text(match[0]), str(value))
    return value


def visible_lines(text: str) -> str:
    """Return ``text`` as ``visible_text`` has it, its line breaks left."""
    return "\n".join(map(visible_text, text.splitlines()))


def whole_number(text: str) -> int | None:
    """Return the key or count that ``text`` writes, or None.

    ``int`` raises above 4,300 digits, and the database above 19.

    >>> whole_number("42"), whole_number("-1"), whole_number("9" * 5000)
    (42, None, None)
    """
    return int(text) if _WHOLE.fullmatch(text) else None
