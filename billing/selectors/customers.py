"""Whether documents for a customer are lawful, as their details stand."""

from billing.rating.errors import UnlawfulDocument
from tenants.models import Tenant
from tenants.vat import problems


def refuse_unlawful(customer: Tenant) -> None:
    """``UnlawfulDocument`` when VAT number, country and VAT treatment do not fit."""
    for field, problem in problems(customer).items():
        raise UnlawfulDocument(str(problem), f"/customer/{field}")
