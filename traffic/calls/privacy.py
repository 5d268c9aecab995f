"""Who sees whole caller numbers, and what the others see instead."""

from tenants.models import Member
from vms_portal.kernel.formatting import display

HIDDEN_DIGITS = 4
DOT = "•"


def may_see_callers(member: Member | None) -> bool:
    """Administrators and editors do; everybody else sees all but the last digits."""
    return member is not None and member.role in {
        Member.Role.ADMIN,
        Member.Role.EDITOR,
    }


def shown_caller(caller: str, whole: bool) -> str:
    """Return the caller in E.164 as a member may see it; empty means withheld.

    >>> shown_caller("+32475123456", whole=False)
    '+3247512••••'
    """
    if whole or not caller:
        return caller
    return caller[:-HIDDEN_DIGITS] + HIDDEN_DIGITS * DOT


def caller_words(caller: str, whole: bool) -> str:
    """Return the caller for reading, as a member may see it.

    >>> caller_words("+32475123456", whole=False)
    '+32 475 12 •• ••'
    """
    text = display(caller) if caller else ""
    if whole:
        return text
    shown, left = list(text), HIDDEN_DIGITS
    for place in range(len(shown) - 1, -1, -1):
        if left and shown[place].isdigit():
            shown[place], left = DOT, left - 1
    return "".join(shown)
