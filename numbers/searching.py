"""Finding numbers by what people type: a number in any notation, a label, a site."""

import re

from django.db.models import Q

from numbers.belgium import COUNTRY
from numbers.notation import SEPARATORS
from vms_portal.kernel.text import clean_text

LONGEST_SEARCH = 80
# The zero of letterheads: +32 (0)2 550.
TRUNK_ZERO = re.compile(r"(^\+?(?:00)?\s*32\s*)\(0\)")


def number_matches(text: str) -> Q:
    """Return the condition for ``text``, whole or in part; nothing typed: all.

    >>> number_matches("02/550")  # doctest: +SKIP
    <Q: (OR: ('e164__startswith', '+322550'), ('e164__contains', '02550'))>
    """
    wanted = clean_text(text[:LONGEST_SEARCH])
    if not wanted:
        return Q()
    found = Q(label__icontains=wanted) | Q(site__name__icontains=wanted)
    digits = SEPARATORS.sub("", TRUNK_ZERO.sub(r"\1", wanted))
    if not digits.removeprefix("+").isdecimal():
        return found
    # Digits of other scripts become ASCII.
    plain = "".join(str(int(c)) for c in digits.removeprefix("+"))
    found |= Q(e164__contains=plain)
    if plain.startswith("00"):
        found |= Q(e164__startswith=f"+{plain[2:]}")
    elif plain.startswith("0"):
        found |= Q(e164__startswith=f"{COUNTRY}{plain[1:]}")
    return found
