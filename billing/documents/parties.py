"""Who issues a document and whom it is for, as they are on its day."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from tenants.models import Tenant
from tenants.vat import enterprise_number
from tenants.words.countries import country_name

Json = dict[str, Any]
# The Belgian enterprise number, in the code list of Peppol's participants.
BELGIAN_SCHEME = "0208"


def supplier_snapshot(language: str) -> Json:
    """Return who issues, as printed on a document in ``language``."""
    operator = settings.OPERATOR.in_language(language)
    return {
        "name": operator.legal_name,
        "legal_form": operator.legal_form,
        "street": operator.street,
        "postal_code": operator.postal_code,
        "city": operator.city,
        "country": operator.country,
        **identifiers(operator.vat_number),
        "iban": operator.iban,
        "bic": operator.bic,
        "email": operator.billing_email,
        "phone": operator.support_phone,
        "website": operator.website,
        "register": operator.register,
        "credit_note_mention": operator.credit_note_mention,
    }


def customer_snapshot(tenant: Tenant) -> Json:
    """Return whom it is for, as printed on the document."""
    return {
        "reference": tenant.reference,
        "name": tenant.name,
        "legal_form": tenant.legal_form,
        "street": tenant.street,
        "postal_code": tenant.postal_code,
        "city": tenant.city,
        "country": tenant.country,
        **identifiers(tenant.vat_number),
        "vat_treatment": tenant.vat_treatment,
        "buyer_reference": tenant.buyer_reference,
        "email": tenant.billing_email,
    }


def identifiers(vat_number: str) -> Json:
    """Return the numbers that a party goes by; in Peppol by ``endpoint``, if any."""
    number = enterprise_number(vat_number)
    endpoint = {"scheme": BELGIAN_SCHEME, "id": number} if number else None
    return {
        "vat_number": vat_number,
        "enterprise_number": number,
        "endpoint": endpoint,
    }


def address_lines(party: Mapping[str, Any]) -> list[str]:
    """Return the address of a snapshot, the country in the active language.

    Documents of before addresses had fields name their issuer's line by line.
    """
    if written := party.get("address"):
        return list(written)
    city = f"{party.get('postal_code', '')} {party.get('city', '')}".strip()
    lines = party.get("street", ""), city, country_name(party.get("country", ""))
    return [line for line in lines if line]
