"""What the portal's database role may do to people: each attack with its control.

A control is the same statement by the role that may, or on a row that is the
portal's own: it shows that the statement would have worked.
"""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.db import DatabaseError, ProgrammingError, connection, transaction

from tenants.models import Member, StaffSession, User


@pytest.fixture
def root(staff) -> User:
    """Staff with everything that belongs to a person."""
    EmailAddress.objects.create(
        user=staff, email=staff.email, verified=True, primary=True
    )
    equip(staff, "s" * 32)
    return staff


@pytest.fixture
def vera(viewer) -> User:
    """A customer's person with the same."""
    EmailAddress.objects.create(
        user=viewer.user, email=viewer.user.email, verified=True, primary=True
    )
    equip(viewer.user, "v" * 32)
    return viewer.user


def equip(user: User, key: str) -> None:
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    UserSession.objects.create(user=user, ip="192.0.2.7", session_key=key)


@pytest.fixture
def portal(acting_as, acme):
    """``portal(sql, person)`` runs a statement as the portal and counts its rows.

    With every setting the attacker could wish for: the person's own, their address.
    """

    def run(sql: str, person: User, role: str = "vms_app") -> int:
        values: dict[str, Any] = {
            "id": person.pk,
            "email": person.email,
            "key": "n" * 32,
        }
        with (
            acting_as(role, tenant=acme.pk, user=person.pk),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT set_config('app.email', %s, true)", [person.email])
            cursor.execute(sql, values)
            return cursor.rowcount

    return run


NO_ROWS = {
    "read a person": "SELECT password FROM tenants_user WHERE id = %(id)s",
    "read by address": "SELECT id FROM tenants_user WHERE email = %(email)s",
    "change a password": "UPDATE tenants_user SET password = 'mine' WHERE id = %(id)s",
    "change a name": "UPDATE tenants_user SET name = 'mine' WHERE email = %(email)s",
    "lock a person": "SELECT id FROM tenants_user WHERE id = %(id)s FOR UPDATE",
    "read a second factor": "SELECT data FROM mfa_authenticator WHERE user_id = %(id)s",
    "delete second factors": "DELETE FROM mfa_authenticator WHERE user_id = %(id)s",
    "change a second factor": "UPDATE mfa_authenticator SET data = '{}' WHERE user_id "
    "= %(id)s",
    "read sessions": "SELECT session_key FROM usersessions_usersession WHERE user_id "
    "= %(id)s",
    "end sessions": "DELETE FROM usersessions_usersession WHERE user_id = %(id)s",
    "take a session over": "UPDATE usersessions_usersession SET ip = '::1' WHERE "
    "user_id = %(id)s",
    "read an address": "SELECT email FROM account_emailaddress WHERE user_id = %(id)s",
}


@pytest.mark.parametrize("sql", NO_ROWS.values(), ids=NO_ROWS)
def test_no_row_of_staff_exists_for_the_portal(portal, root, vera, sql):
    assert portal(sql, root) == 0
    # Controls: for a customer's person, and for the back office, it has one.
    assert portal(sql, vera) == 1
    assert portal(sql, root, role="vms_staff") == 1


MAKING = {
    "a second factor": "INSERT INTO mfa_authenticator (user_id, type, data, "
    "created_at) "
    "VALUES (%(id)s, 'webauthn', '{}', now())",
    "a session": "INSERT INTO usersessions_usersession (user_id, ip, session_key, "
    "user_agent, "
    "data, created_at, last_seen_at) "
    "VALUES (%(id)s, '::1', %(key)s, '', '{}', now(), now())",
}


@pytest.mark.parametrize("sql", MAKING.values(), ids=MAKING)
def test_the_portal_makes_nothing_of_staff(portal, root, vera, sql):
    with pytest.raises(ProgrammingError, match="row-level security"):
        portal(sql, root)
    assert portal(sql, vera) == 1
    assert portal(sql.replace("%(key)s", "'other'"), root, role="vms_staff") == 1


DENIED = {
    "raise to staff": "UPDATE tenants_user SET is_staff = true WHERE id = %(id)s",
    "raise to superuser": "UPDATE tenants_user SET is_superuser = true WHERE id = "
    "%(id)s",
    "enable a person": "UPDATE tenants_user SET is_active = true WHERE id = %(id)s",
    "change an e-mail": "UPDATE tenants_user SET email = 'me@x.be' WHERE id = %(id)s",
    "delete a person": "DELETE FROM tenants_user WHERE id = %(id)s",
    "empty the table": "TRUNCATE tenants_user CASCADE",
    "prove an address": "UPDATE account_emailaddress SET verified = true WHERE "
    "user_id = %(id)s",
    "remove an address": "DELETE FROM account_emailaddress WHERE user_id = %(id)s",
    "hand a second factor on": "UPDATE mfa_authenticator SET user_id = %(id)s WHERE "
    "user_id = %(id)s",
    "read the back office's sessions": "SELECT session_key FROM tenants_staffsession",
    "make a session of the back office": "INSERT INTO tenants_staffsession VALUES "
    "('k', 'data', now())",
    "end the back office's sessions": "DELETE FROM tenants_staffsession",
    "join a group": "INSERT INTO tenants_user_groups (user_id, group_id) "
    "SELECT %(id)s, id FROM auth_group",
    "grant a group": "INSERT INTO auth_group_permissions (group_id, permission_id) "
    "SELECT g.id, p.id FROM auth_group g, auth_permission p",
    "read the groups": "SELECT name FROM auth_group",
    "read staff's history": "SELECT object_repr FROM django_admin_log",
    "switch row security off": "ALTER TABLE tenants_user DISABLE ROW LEVEL SECURITY",
}
# What the back office may not either.
NOBODYS = {
    "delete a person",
    "empty the table",
    "hand a second factor on",
    "grant a group",
    "switch row security off",
}


@pytest.mark.parametrize("name", DENIED)
def test_the_portal_has_no_right_to(portal, vera, root, name):
    StaffSession.objects.create(
        session_key="b" * 32, session_data="", expire_date="2030-01-01T00:00Z"
    )
    Group.objects.get_or_create(name="sales")
    Member.objects.filter(user=vera).delete()
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        portal(DENIED[name], vera)
    if name in NOBODYS:
        with pytest.raises(DatabaseError, match="permission denied|must be owner"):
            portal(DENIED[name], vera, role="vms_staff")
    else:
        portal(DENIED[name], vera, role="vms_staff")


def test_the_portal_adds_no_staff(portal, db, acme, staff):
    sql = (
        "INSERT INTO tenants_user (email, password, name, language, is_active, "
        "is_staff, is_superuser, date_joined) VALUES "
        "('me@elsewhere.example', '!', '', 'fr', true, true, false, now())"
    )
    with pytest.raises(ProgrammingError, match="makes nobody staff"):
        portal(sql, staff)
    assert portal(sql, staff, role="vms_staff") == 1


def test_the_portal_adds_nobody_whom_no_customer_invited(portal, vera, make_invitation):
    sql = (
        "INSERT INTO tenants_user (email, password, name, language, is_active, "
        "is_staff, is_superuser, date_joined) VALUES "
        "('me@elsewhere.example', '!', '', 'fr', true, false, false, now())"
    )
    with pytest.raises(ProgrammingError, match="row-level security"):
        portal(sql, vera)
    make_invitation("me@elsewhere.example")
    assert portal(sql, vera) == 1


@pytest.fixture
def make_invitation(admin):
    from django.utils import timezone

    from tenants.services.invitations import invite

    return lambda email: invite(
        by=admin, email=email, role=Member.Role.VIEWER, now=timezone.now()
    )


def test_a_person_sees_no_second_factor_of_a_colleague(acting_as, acme, vera, editor):
    with acting_as("vms_app", tenant=acme.pk, user=editor.user_id):
        assert User.objects.filter(pk=vera.pk).exists()
        assert not Authenticator.objects.exists()
        assert not UserSession.objects.exists()
        assert User.objects.filter(pk=vera.pk).update(password="mine") == 0
        assert User.objects.filter(pk=editor.user_id).update(password="mine") == 1


@pytest.mark.parametrize("role", ["vms_worker", "vms_network"])
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tenants_user SET password = 'mine'",
        "INSERT INTO tenants_user_groups (user_id, group_id) VALUES (1, 1)",
        "DELETE FROM mfa_authenticator",
        "SELECT data FROM mfa_authenticator",
        "SELECT session_data FROM django_session",
        "SELECT session_data FROM tenants_staffsession",
        "UPDATE account_emailaddress SET verified = true",
    ],
)
def test_worker_and_network_change_nobody(portal, root, role, sql):
    with pytest.raises(ProgrammingError, match="permission denied"):
        portal(sql, root, role=role)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT actor_name FROM tenants_auditevent",
        "UPDATE tenants_audithead SET sequence = 7",
        "INSERT INTO tenants_audithead (tenant_id, sequence, hash) "
        "VALUES (NULL, 0, '')",
    ],
)
def test_no_audit_trail_is_the_networks(portal, root, vera, sql):
    with pytest.raises(ProgrammingError, match="permission denied"):
        portal(sql, root, role="vms_network")
    # The control: the back office writes each of them.
    assert portal(sql, root, role="vms_staff") >= 0


def test_a_stronger_hash_is_stored_at_sign_in(client, vera, settings):
    """The password is hashed anew before it is known who signs in."""
    vera.set_password("tulips in the rain")
    vera.save()
    weaker = vera.password
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    form = {"login": vera.email, "password": "tulips in the rain"}
    assert client.post("/account/login/", form).status_code == 302
    vera.refresh_from_db()
    assert vera.password.startswith("scrypt")
    assert vera.password != weaker
