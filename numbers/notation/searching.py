"""Finding numbers by what people type: a number in any notation, a label, a site."""

from django.db.models import Q

from vms_portal.kernel.telephony import compact, searched, without_hidden
from vms_portal.kernel.text import clean_text

LONGEST_SEARCH = 80


def number_matches(text: str) -> Q:
    """Return the condition for ``text``, whole or in part; nothing typed: all.

    >>> number_matches("02/550")  # doctest: +SKIP
    <Q: (OR: ('e164__contains', '02550'), ('e164__startswith', '+322550'))>
    """
    wanted = clean_text(text[:LONGEST_SEARCH])
    if not wanted:
        return Q()
    matches = Q(label__icontains=wanted) | Q(site__name__icontains=wanted)
    digits = compact(without_hidden(wanted))
    if digits is None:
        return matches
    matches |= Q(e164__contains=digits.removeprefix("+"))
    if start := searched(wanted):
        matches |= Q(e164__startswith=start)
    return matches
