"""Numbers for reading. Storage and comparison use E.164."""

import phonenumbers


def display(e164: str) -> str:
    """Return ``+32 2 550 12 34`` for ``+3225501234``; other text unchanged."""
    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)
