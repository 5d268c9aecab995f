"""The demo's people. Their passwords and codes exist in the demo only.

Nothing here can be used against another installation: passwords come from the
installation's own key and the TOTP secrets are random.
"""

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from tenants.models import Invitation, Member, Tenant, User
from vms_portal.kernel.data import row_security, secret_keys


@dataclass(frozen=True, slots=True)
class Person:
    """``customer`` is a tenant's reference (two with a space between, for who works
    for both), empty for the operator's staff.

    ``role`` is a member's role, or the staff group; ``superuser`` is neither.
    """

    email: str
    name: str
    role: str
    customer: str = ""
    language: str = "en"

    def role_name(self) -> str:
        """The role in words, in the active language."""
        if self.customer:
            return str(Member.Role(self.role).label)
        groups = {"sales": _("Sales"), "finance": _("Finance")}
        return groups.get(self.role, _("Administrator"))

    def group_name(self) -> str:
        """Whom the person works for, in words; empty for the operator's staff."""
        first, *others = self.customer.split() or [""]
        if others:
            names = {"first": first, "second": others[0]}
            return _("Consultant of %(first)s and %(second)s") % names
        return _("Customer %(name)s") % {"name": first} if first else ""


PEOPLE = (
    Person("alice@acme.example", "Alice Lambert", Member.Role.ADMIN, "ACME"),
    Person("eddy@acme.example", "Eddy Peeters", Member.Role.EDITOR, "ACME"),
    Person("olga@acme.example", "Olga Dubois", Member.Role.OPERATOR, "ACME"),
    Person("fien@acme.example", "Fien Janssens", Member.Role.FINANCE, "ACME"),
    Person("vera@acme.example", "Vera Maes", Member.Role.VIEWER, "ACME"),
    Person("gus@globex.example", "Gus Willems", Member.Role.ADMIN, "GLOBEX"),
    Person("nora@consult.example", "Nora Leclercq", Member.Role.EDITOR, "ACME GLOBEX"),
    Person("sam@operator.example", "Sam Claes", "sales"),
    Person("fred@operator.example", "Fred Renard", "finance"),
    Person("root@operator.example", "Robin Root", "superuser"),
)


def password() -> str:
    """The one password of every demo person, different in each installation."""
    return "demo-" + _derived("password")[:12]


def _derived(name: str) -> str:
    key = f"{settings.DEMO_KEY} demo people".encode()
    return hmac.new(key, name.encode(), hashlib.sha256).hexdigest()


def load(now: dt.datetime) -> None:
    """Create whoever is missing, invited to their customers, which exist already."""
    people = {person: _user(person) for person in PEOPLE}
    (root,) = (user for user in people.values() if user.is_superuser)
    for person in PEOPLE:
        for reference in person.customer.split():
            Invitation.objects.get_or_create(
                tenant=Tenant.objects.get(reference=reference),
                email=person.email,
                role=person.role,
                token_hash=secret_keys.digest(_link(person, reference)),
                # Used up already: by ``join``.
                defaults={"invited_by": root, "expires_at": now, "accepted_at": now},
            )


def join() -> None:
    """Make the people members of who invited them; the portal's role alone may.

    Which customer that is, it sees by the secret of the invitation.
    """
    for person in PEOPLE:
        for reference in person.customer.split():
            with transaction.atomic():
                _join(person, _link(person, reference))


def _join(person: Person, link: str) -> None:
    invitation = secret_keys.find(Invitation.objects.all(), link)
    if invitation is None:
        raise RuntimeError(f"{person.email} is not invited: load_demo_people first.")
    with row_security.presented_email(person.email):
        user = User.objects.get(email=person.email)
    with row_security.tenant_scope(invitation.tenant_id):
        Member.objects.get_or_create(
            tenant_id=invitation.tenant_id,
            user=user,
            defaults={"role": invitation.role},
        )


def _link(person: Person, reference: str) -> str:
    return f"join_{_derived(f'{person.email} {reference}')}"


def _user(person: Person) -> User:
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User.objects.create_user(
            person.email,
            password(),
            name=person.name,
            language=person.language,
            is_staff=not person.customer,
            is_superuser=person.role == "superuser",
        )
        EmailAddress.objects.create(
            user=user, email=user.email, verified=True, primary=True
        )
        user.groups.set(Group.objects.filter(name=person.role))
        totp.TOTP.activate(user, totp.generate_totp_secret())
    return user


def code_of(user: User, now: float) -> str:
    """The code an authenticator app of this person would show at ``now``."""
    apps = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    with row_security.person_scope(user.pk):
        app = apps.first()
    if app is None:
        return ""
    secret = totp.decrypt(app.data["secret"])
    counter = int(now) // 30
    return totp.format_hotp_value(totp.hotp_value(secret, counter))
