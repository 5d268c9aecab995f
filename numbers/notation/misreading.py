"""Why a text is not taken as a number, in sentences for people."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from numbers.destinations.belgium import (
    COUNTRY,
    GEOGRAPHIC_DIGITS,
    MOBILE,
    MOBILE_DIGITS,
)

SENTENCES = {
    "hidden_character": gettext_noop(
        "The number holds an invisible character. Type it again instead of pasting it."
    ),
    "too_short": gettext_noop(
        "This number is too short. A mobile number has 10 digits, such as"
        " 0470 11 22 33."
    ),
    "too_long": gettext_noop(
        "This number is too long. A mobile number has 10 digits, such as 0470 11 22 33."
    ),
    "fixed_too_short": gettext_noop(
        "This number is too short. A number of a Belgian zone has 9 digits, such as"
        " 02 550 12 34."
    ),
    "fixed_too_long": gettext_noop(
        "This number is too long. A number of a Belgian zone has 9 digits, such as"
        " 02 550 12 34."
    ),
    "emergency": gettext_noop("This is an emergency number: calls may never go there."),
    "not_a_number": gettext_noop(
        "This is not a telephone number. Write it as 0470 11 22 33 or +32 2 550 12 34."
    ),
}


def explain(code: str) -> str:
    """Return the sentence of a ``Misread.code`` or of ``wrong_length``."""
    return _(SENTENCES.get(code, SENTENCES["not_a_number"]))


def wrong_length(e164: str) -> str | None:
    """Return what is wrong with how many digits a Belgian number has.

    >>> wrong_length("+3247099887"), wrong_length("+32255012345")
    ('too_short', 'fixed_too_long')
    """
    if not e164.startswith(COUNTRY):
        return None
    national = e164.removeprefix(COUNTRY)
    is_mobile = national.startswith(MOBILE)
    right = MOBILE_DIGITS if is_mobile else GEOGRAPHIC_DIGITS
    if len(national) == right:
        return None
    code = "too_short" if len(national) < right else "too_long"
    return code if is_mobile else f"fixed_{code}"
