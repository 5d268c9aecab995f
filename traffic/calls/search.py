"""What a person typed to find calls by a number, whole or its first digits."""

import re

from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Length

from traffic.calls.privacy import HIDDEN_DIGITS
from vms_portal.kernel.telephony import searched

_START = re.compile(r"\+[1-9][0-9]{2,14}", re.ASCII)


def read_start(text: str) -> str | None:
    """Return the E.164 number, or beginning of one, that ``text`` means.

    >>> read_start("02 550 12 00"), read_start("0475/1"), read_start("Jan")
    ('+3225501200', '+324751', None)
    """
    start = searched(text)
    return start if start and _START.fullmatch(start) else None


def search_number(calls: QuerySet, start: str, *, whole_callers: bool) -> QuerySet:
    """Narrow to calls to or from numbers that begin with ``start``.

    Who sees callers without their last digits searches by what is shown: a match
    never tells more than the page does.
    """
    called = Q(called__startswith=start)
    if whole_callers:
        return calls.filter(called | Q(caller__startswith=start))
    calls = calls.alias(
        seen=Func(
            F("caller"),
            Value(-HIDDEN_DIGITS),
            function="LEFT",
            output_field=CharField(),
        ),
        length=Length("caller"),
    )
    longest = len(start) + HIDDEN_DIGITS - 1
    ends_hidden = Q(
        caller__startswith=start[:-HIDDEN_DIGITS], length__range=(len(start), longest)
    )
    return calls.filter(called | Q(seen__startswith=start) | ends_hidden)
