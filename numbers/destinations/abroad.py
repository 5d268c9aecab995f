"""Numbers of other countries: what may never be called, and what can be approved."""

import re
from collections.abc import Iterable

from numbers.destinations.kinds import INTERNATIONAL, PREMIUM, UNKNOWN
from numbers.destinations.ranges import (
    BY_RANGE,
    CANADA,
    COMPANIES_PRICED_AS_PLACES,
    COUNTRY_CODES,
    DIRECTORY,
    ISLANDS,
    NAMED,
    NO_COUNTRY,
    NO_PLACE_IN_NORTH_AMERICA,
    NORTH_AMERICA,
    PAID_LINES,
    SHARING,
)

NORTH_AMERICAN = re.compile(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}")
APPROVAL = re.compile(r"\+[1-9][0-9]{1,6}")


def country_code(e164: str) -> str | None:
    """Return the country code a number or prefix begins with; None: not assigned."""
    digits = e164.removeprefix("+")
    codes = (digits[:n] for n in (3, 2, 1) if digits[:n] in COUNTRY_CODES)
    return next(codes, None)


def kind_abroad(e164: str) -> str:
    """Return what a number of another country is, ``international`` if ordinary.

    >>> kind_abroad("+33123456789"), kind_abroad("+33899123456")
    ('international', 'premium')
    """
    digits = e164.removeprefix("+")
    if digits[:3] in NO_COUNTRY:
        return NO_COUNTRY[digits[:3]]
    code = country_code(e164)
    if code is None:
        return UNKNOWN
    if code == NORTH_AMERICA:
        return _north_american(e164)
    national = digits.removeprefix(code)
    for table, kind in BY_RANGE:
        if code in table and re.match(table[code], national):
            return kind
    return INTERNATIONAL


def is_priced_as_a_place(e164: str) -> bool:
    """Tell whether a company's number costs what a number of a place costs."""
    code = country_code(e164) or ""
    start = COMPANIES_PRICED_AS_PLACES.get(code)
    return start is not None and e164.startswith(f"+{code}{start}")


def _north_american(e164: str) -> str:
    kind = NO_PLACE_IN_NORTH_AMERICA.get(e164[2:5], INTERNATIONAL)
    if kind == INTERNATIONAL and not NORTH_AMERICAN.fullmatch(e164):
        return UNKNOWN
    is_island = e164[2:5] in ISLANDS
    if DIRECTORY.fullmatch(e164) or (PAID_LINES.fullmatch(e164) and not is_island):
        return PREMIUM
    return kind


def can_be_approved(approval: str) -> bool:
    """Tell whether staff may approve this much: one country, or a part of one.

    ``approval`` is a prefix with the whole country code (+33, +7 9, +1 876), or the
    name of a country that shares its code (US, JE).
    """
    if approval in NAMED:
        return True
    code = country_code(approval)
    if not APPROVAL.fullmatch(approval) or code is None or approval.startswith("+32"):
        return False
    national = approval.removeprefix("+" + code)
    if code == NORTH_AMERICA:
        return len(national) >= 3 and national[:3] not in NO_PLACE_IN_NORTH_AMERICA
    ranges = [table[code] for table, _kind in BY_RANGE if code in table]
    return not any(re.match(one, national) for one in ranges)


def is_approved(e164: str, approvals: Iterable[str]) -> bool:
    """Tell whether one of the approvals opens this number.

    An old approval of "+1" opens the United States and Canada; one that is too
    short to be a country opens nothing. The code of a country opens none of those
    that share it.
    """
    given = set(approvals)
    if e164.startswith("+1"):
        area = e164[2:5]
        country = "CA" if area in CANADA else None if area in ISLANDS else "US"
        if country is not None and given & {country, "+1"}:
            return True
    name = _sharing(e164)
    opening = [item for item in given if can_be_approved(item)]
    if name is not None:
        opening = [item for item in opening if _sharing(item) == name]
    return name in given or e164.startswith(tuple(opening))


def _sharing(e164: str) -> str | None:
    """Return the country of ``SHARING`` that a number or prefix belongs to, if any."""
    code = country_code(e164) or ""
    national = e164.removeprefix("+" + code)
    countries = SHARING.get(code, {}).items()
    return next((name for name, start in countries if re.match(start, national)), None)
