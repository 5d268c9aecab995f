"""Who is in the demo: two customers, their people, and the operator's staff."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group

from tenants.models import Member, Tenant, User

# Shown on the demo page; the demo answers on the loopback address only.
PASSWORD = "belvoix demo 2026"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str
    language: str
    role: str


MEMBERS = {
    "ACME": [
        Person("alice@acme.example", "Alice Lambert", "fr", Member.Role.ADMIN),
        Person("eddy@acme.example", "Eddy Claes", "nl", Member.Role.EDITOR),
        Person("olga@acme.example", "Olga Peeters", "fr", Member.Role.OPERATOR),
        Person("fien@acme.example", "Fien Maes", "nl", Member.Role.FINANCE),
        Person("vera@acme.example", "Vera Schmitz", "de", Member.Role.VIEWER),
    ],
    "GLOBEX": [Person("gus@globex.example", "Gus De Smet", "nl", Member.Role.ADMIN)],
}
STAFF = [
    Person("sam@operator.example", "Sam Dubois", "fr", "sales"),
    Person("fred@operator.example", "Fred Janssens", "nl", "finance"),
    Person("root@operator.example", "Robin Root", "en", ""),
]
CUSTOMERS = {
    "ACME": {
        "name": "Acme SA",
        "legal_form": "SA",
        "vat_number": "BE0400000086",
        "street": "Avenue Louise 480",
        "postal_code": "1050",
        "city": "Bruxelles",
        "language": "fr",
        "billing_email": "fien@acme.example",
        "buyer_reference": "PO-2026-0914",
    },
    "GLOBEX": {
        "name": "Globex NV",
        "legal_form": "NV",
        "vat_number": "BE0876543270",
        "street": "Korenmarkt 16",
        "postal_code": "9000",
        "city": "Gent",
        "language": "nl",
        "billing_email": "gus@globex.example",
        "buyer_reference": "GX-VMS",
    },
}


def load_customers() -> dict[str, Tenant]:
    """Create the customers and their members; return them by reference."""
    customers = {}
    for reference, fields in CUSTOMERS.items():
        customer = Tenant.objects.create(reference=reference, **fields)
        customers[reference] = customer
        for person in MEMBERS[reference]:
            Member.objects.create(
                tenant=customer, user=_create_user(person), role=person.role
            )
    return customers


def load_staff() -> None:
    """Create the operator's people in the groups that ``sync_staff_groups`` made."""
    for person in STAFF:
        user = _create_user(person)
        user.is_staff, user.is_superuser = True, not person.role
        user.save()
        if person.role:
            user.groups.add(Group.objects.get(name=person.role))


def _create_user(person: Person) -> User:
    user = User.objects.create_user(
        person.email, PASSWORD, name=person.name, language=person.language
    )
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    TOTP.activate(user, generate_totp_secret())
    return user
