"""The destination policy: where a customer may send calls. One function.

Forms, the API, CSV, overrides, redirections and campaigns all ask ``refusal``.
It classifies by its own tables, because libraries that parse numbers call 090x,
070 and satellite numbers plainly valid. What the tables do not allow is refused.
Standard library only: no database, no settings. The portal asks
``numbers.destinations.allowed``, which adds a second opinion.
"""

import re
from collections.abc import Collection, Iterable

from numbers.destinations.abroad import is_approved, kind_abroad
from numbers.destinations.belgium import (
    COUNTRY,
    GEOGRAPHIC_DIGITS,
    MOBILE,
    MOBILE_DIGITS,
    zone_prefix,
)
from numbers.destinations.kinds import (
    EMERGENCY,
    FREEPHONE,
    GEOGRAPHIC,
    INTERNATIONAL,
    MALFORMED,
    MOBILE_KIND,
    PREMIUM,
    SHARED_COST,
    SHORT_CODE,
    UNKNOWN,
)

# As in kernel.telephony.
E164 = re.compile(r"\+[1-9][0-9]{6,14}")

ALWAYS = frozenset({GEOGRAPHIC, MOBILE_KIND})
OPT_IN = {"0800": FREEPHONE, "078": SHARED_COST}

EMERGENCY_NUMBERS = frozenset(
    {"100", "101", "102", "103", "105", "106", "107", "108", "110", "112"}
    | {"1722", "1733"}
)
# European harmonised services of social value: 116 and three digits.
HARMONISED = re.compile(r"116[0-9]{3}")

# Belgian numbers with 8 digits that are no place: longest prefix wins.
BELGIAN_SERVICES = {
    "800": FREEPHONE,
    "78": SHARED_COST,
    "70": PREMIUM,
    "90": PREMIUM,
}
SHORTEST_ABROAD = 8  # "+" and seven digits


def classify(e164: str) -> str:
    """Return the kind of an E.164 number. Text of another form is ``malformed``.

    >>> classify("+3225501234"), classify("+32112"), classify("+32900123456")
    ('geographic', 'emergency', 'unknown')
    """
    if e164.startswith(COUNTRY) and e164.isascii() and e164[1:].isdigit():
        return _belgian(e164.removeprefix(COUNTRY))
    if not E164.fullmatch(e164):
        return MALFORMED
    return kind_abroad(e164)


def _belgian(national: str) -> str:
    if is_emergency(national):
        return EMERGENCY
    if len(national) < GEOGRAPHIC_DIGITS - 1:
        return SHORT_CODE
    if len(national) == MOBILE_DIGITS and national.startswith(MOBILE):
        return MOBILE_KIND
    if len(national) != GEOGRAPHIC_DIGITS:
        return UNKNOWN
    for prefix, kind in BELGIAN_SERVICES.items():
        if national.startswith(prefix):
            return kind
    return GEOGRAPHIC if zone_prefix(national) else UNKNOWN


def is_emergency(digits: str) -> bool:
    """Tell whether these digits, dialled as they are, reach help."""
    return digits in EMERGENCY_NUMBERS or HARMONISED.fullmatch(digits) is not None


def refusal(
    e164: str,
    *,
    opt_in: Collection[str] = (),
    international: Iterable[str] = (),
    own: Collection[str] = (),
) -> str | None:
    """Return why a customer may not send calls to ``e164``, or None.

    ``opt_in`` holds "0800" and "078" as far as the customer chose them,
    ``international`` what staff approved (+33, US), ``own`` the customer's VMS
    numbers. The answer is the kind of the number.
    """
    kind = classify(e164)
    if kind in ALWAYS or e164 in own:
        return None
    if kind in {OPT_IN[choice] for choice in opt_in if choice in OPT_IN}:
        return None
    if kind == INTERNATIONAL and len(e164) >= SHORTEST_ABROAD:
        return None if is_approved(e164, international) else kind
    return kind
