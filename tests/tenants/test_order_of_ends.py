"""What ends with a person's access is locked before the first event tells of it."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from tenants.models import ApiToken, Invitation, Member, Notice, Tenant, User
from tenants.services import ended_access, invitations, members, people, tokens
from tests.support.clients import ProcessClient
from tests.support.crossing import Lock, crossed
from tests.support.new_passwords import change
from tests.support.roles import ARRANGER
from tests.tenants.test_acts_on_second_steps import (
    PASSWORD,
    app_of,
    code_of,
    passkey_of,
    prepare,
)

pytestmark = pytest.mark.django_db(transaction=True)


def row(one) -> Lock:
    table = one._meta.db_table
    return Lock(f"SELECT FROM {table} WHERE id = %s FOR UPDATE", [one.pk])


def trail(tenant: Tenant) -> Lock:
    rows = "SELECT FROM tenants_audithead WHERE tenant_id = %s FOR UPDATE"
    return Lock(rows, [tenant.pk])


def token_of(member: Member) -> ApiToken:
    now = timezone.now()
    life, scopes = dt.timedelta(days=9), ["routing:write"]
    made = tokens.create_token(
        by=member, name="Phones", scopes=scopes, life=life, now=now
    )
    return made[0]


def offer_of(member: Member) -> Invitation:
    now = timezone.now()
    return invitations.invite(
        by=member, email="pal@acme.example", role="viewer", now=now
    )


@pytest.fixture
def ada(admin) -> Member:
    """Another administrator, with a token and an open invitation."""
    user = User.objects.create_user("ada2@acme.example", PASSWORD, name="Ada")
    return Member.objects.create(tenant=admin.tenant, user=user, role="admin")


def deactivate(ada, admin, staff):
    members.deactivate(by=admin, member=ada, now=timezone.now())


def lower(ada, admin, staff):
    members.change_role(
        by=admin, member=ada, role="viewer", expected="admin", now=timezone.now()
    )


def move(ada, admin, staff):
    user = ada.user
    people.change_email(
        user=user, email="new@acme.example", before=user.email, by=staff
    )


def disable(ada, admin, staff):
    ended_access.end_all(
        user=ada.user, by=staff, reason="access_ended", now=timezone.now()
    )


@pytest.mark.parametrize("act", [deactivate, lower, move, disable])
@pytest.mark.parametrize("first", [token_of, offer_of])
def test_who_withdraws_one_of_them_goes_on_to_the_trail(ada, admin, staff, act, first):
    """A token or an invitation is locked, then told of: by them or a colleague."""
    token, offer = token_of(ada), offer_of(ada)
    held = row(token if first is token_of else offer)
    with crossed(held, trail(ada.tenant), role="vms_staff") as ended:
        act(ada, admin, staff)
    assert ended == []
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    assert not Invitation.objects.filter(revoked_at=None).exists()


@pytest.fixture
def window(ada, acting_as):
    cache.clear()
    prepare(ada.user)
    client = ProcessClient("portal", acting_as)
    client.force_login(ada.user)
    with override_settings(PROCESS="portal", ROOT_URLCONF=client.urlconf):
        yield client


@pytest.mark.parametrize("first", [token_of, offer_of])
def test_a_new_password_holds_both_before_the_trail(window, ada, first):
    token, offer = token_of(ada), offer_of(ada)
    held = row(token if first is token_of else offer)
    with crossed(held, trail(ada.tenant), role="vms_staff") as ended:
        assert change(window).status_code == 302
    assert ended == []
    assert not ApiToken.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize("has_token_in", [0, 1])
def test_a_new_password_is_told_in_the_order_of_customers(
    window, ada, globex, has_token_in
):
    """Whichever of them has something that ends: another window signs out."""
    other = Member.objects.create(tenant=globex, user=ada.user, role="admin")
    both = sorted([ada, other], key=lambda member: member.tenant_id)
    token_of(both[has_token_in])
    # Each has a trail by then.
    for member in both:
        offer_of(member)
    Invitation.objects.update(revoked_at=timezone.now())
    first, second = (trail(member.tenant) for member in both)
    with crossed(first, second, role="vms_staff") as ended:
        assert change(window).status_code == 302
    assert ended == []


def test_a_code_that_confirms_waits_for_all_steps_first(acting_as, staff):
    """What is confirmed may remove one that is older than the app."""
    cache.clear()
    prepare(staff)
    key, secret = passkey_of(staff), app_of(staff)
    app = type(key).objects.get(type="totp")
    office = ProcessClient("backoffice", acting_as)
    office.force_login(staff)
    remove = f"/account/2fa/webauthn/keys/{key.pk}/remove/"
    with override_settings(PROCESS="backoffice", ROOT_URLCONF=office.urlconf):
        assert "reauth" in office.post(remove)["Location"]
        address = f"/account/2fa/reauthenticate/?next={remove}"
        with crossed(row(key), row(app), role="vms_staff") as ended:
            answer = office.post(address, {"code": code_of(secret)})
    assert ended == []
    assert answer.status_code == 302
    assert not type(key).objects.filter(pk=key.pk).exists()


def test_another_address_waits_for_no_mail_that_is_under_way(admin, staff):
    notice = Notice.objects.create(
        kind="number.suspended",
        tenant=admin.tenant,
        about=1,
        person=admin.user,
        address=admin.user.email,
        language="en",
        created_at=timezone.now(),
    )
    with crossed(row(notice), None, role=ARRANGER):
        move(admin, admin, staff)
