"""Where a customer may send calls: the policy, and a second opinion about abroad.

The table of the policy judges. What it lets pass abroad is shown to libphonenumber
as well, which knows more ranges, and newer ones: it can refuse more, never allow
more.
"""

from collections.abc import Collection, Iterable

import phonenumbers
from phonenumbers import PhoneNumberType

from numbers.destinations import policy
from numbers.destinations.abroad import is_priced_as_a_place
from numbers.destinations.kinds import (
    COMPANY,
    FREE_ABROAD,
    GLOBAL_SERVICE,
    INTERNATIONAL,
    PERSONAL,
    PREMIUM,
    UNKNOWN,
)

OPINIONS = {
    # Free in their country: from abroad they are not reached, or cost like paid ones.
    PhoneNumberType.TOLL_FREE: FREE_ABROAD,
    PhoneNumberType.PREMIUM_RATE: PREMIUM,
    PhoneNumberType.SHARED_COST: PREMIUM,
    PhoneNumberType.PERSONAL_NUMBER: PERSONAL,
    PhoneNumberType.PAGER: UNKNOWN,
    PhoneNumberType.VOICEMAIL: UNKNOWN,
    PhoneNumberType.UAN: COMPANY,
    PhoneNumberType.UNKNOWN: UNKNOWN,
}


def refusal(
    e164: str,
    *,
    opt_in: Collection[str] = (),
    international: Iterable[str] = (),
    own: Collection[str] = (),
) -> str | None:
    """Return why a customer may not send calls to ``e164``, or None.

    The arguments are those of ``numbers.destinations.policy.refusal``.
    """
    refused = policy.refusal(e164, opt_in=opt_in, international=international, own=own)
    if refused is not None or e164 in own:
        return refused
    return second_opinion(e164) if policy.classify(e164) == INTERNATIONAL else None


def second_opinion(e164: str) -> str | None:
    """Return what speaks against a number of another country, or None.

    A number with a national prefix behind its country code (+33 06...) is not
    E.164: libphonenumber reads over the prefix, the network would dial it.
    """
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return UNKNOWN
    if phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) != e164:
        return UNKNOWN
    if phonenumbers.region_code_for_number(number) == "001":
        return GLOBAL_SERVICE
    opinion = OPINIONS.get(phonenumbers.number_type(number))
    return None if opinion == COMPANY and is_priced_as_a_place(e164) else opinion
