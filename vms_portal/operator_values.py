"""What a value of the operator's file has to be, where more than its kind is asked.

A slip would be printed on every invoice, or stop every mail.
"""

from collections.abc import Callable, Mapping
from email.errors import ObsoleteHeaderDefect
from email.headerregistry import HeaderRegistry
from types import ModuleType
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from phonenumbers.geodata.locale import LOCALE_DATA
from stdnum import bic, iban
from stdnum.be import vat
from stdnum.exceptions import ValidationError as WrongNumber

from vms_portal.kernel.telephony import E164

# Without what ISO withdrew.
COUNTRIES = frozenset(LOCALE_DATA) - {"AN"}
_headers = HeaderRegistry()


def problems(values: Mapping[str, object]) -> dict[str, str]:
    """Return what each value that cannot be right would have to be."""
    return {
        name: told
        for name, (is_right, told) in RULES.items()
        if not is_right(str(values[name]))
    }


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _is_mailbox(text: str) -> bool:
    """Whether mail can be sent from ``Name <address>`` or an address alone."""
    try:
        header: Any = _headers("from", text)
    except Exception:
        # Python's parser stumbles over some of them: IndexError, AttributeError.
        return False
    # "A. B" needs quotes, and is quoted as it is sent.
    defects = [d for d in header.defects if not isinstance(d, ObsoleteHeaderDefect)]
    named = [mailbox.addr_spec for mailbox in header.addresses]
    is_group = any(group.display_name for group in header.groups)
    return not defects and not is_group and len(named) == 1 and _is_address(named[0])


def _is_number_of(kind: ModuleType, **options: bool) -> Callable[[str], bool]:
    def is_right(text: str) -> bool:
        try:
            return bool(kind.validate(text, **options) == text)
        except WrongNumber:
            return False

    return is_right


def _is_belgian_vat(text: str) -> bool:
    return text.startswith("BE") and _is_number_of(vat)(text.removeprefix("BE"))


def _is_phone(text: str) -> bool:
    return E164.fullmatch(text) is not None


ADDRESS = (_is_address, "an e-mail address")
RULES: dict[str, tuple[Callable[[str], bool], str]] = {
    "sender": (_is_mailbox, "one mailbox, such as MyPortal <no-reply@example.be>"),
    "support_email": ADDRESS,
    "billing_email": ADDRESS,
    "iban": (
        # Which banks there are changes; the check digits do not.
        _is_number_of(iban, check_country=False),
        "an IBAN without spaces whose check digits are right",
    ),
    "bic": (_is_number_of(bic), "a BIC of 8 or 11 characters"),
    "vat_number": (
        _is_belgian_vat,
        "BE and ten digits, the last two of which are their check",
    ),
    "country": (COUNTRIES.__contains__, "a country's two letters of ISO 3166"),
    "support_phone": (_is_phone, "a number such as +3225500000"),
}
