"""Whom a session serves, how long it lives, and what it needs."""

import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.urls import reverse

from tenants.models import Member, User
from tenants.services.people import change_email
from tests.support.signed_in import HOME, age, is_signed_in


def test_a_session_of_the_portal_opens_nothing_in_the_back_office(
    client, staff_client, staff
):
    client.force_login(staff)
    staff_client.cookies = client.cookies
    assert not is_signed_in(staff_client)
    # and the session is gone everywhere
    assert not is_signed_in(client)


def test_sessions_end_with_the_address_they_were_made_under(client, viewer, staff):
    client.force_login(viewer.user)
    assert is_signed_in(client)
    change_email(
        user=viewer.user,
        email="vera@elsewhere.example",
        by=staff,
        before=viewer.user.email,
    )
    assert not is_signed_in(client)


def test_sessions_go_on_when_only_the_name_changes(client, viewer):
    client.force_login(viewer.user)
    User.objects.filter(pk=viewer.user.pk).update(name="Vera", language="nl")
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("seen", "began", "lives"),
    [
        (settings.SESSION_IDLE_SECONDS - 60, 9000, True),
        (settings.SESSION_IDLE_SECONDS + 60, 9000, False),
        (0, settings.SESSION_LONGEST_SECONDS - 60, True),
        (0, settings.SESSION_LONGEST_SECONDS + 60, False),
    ],
)
def test_a_session_ends_unused_and_ends_anyway(client, viewer, seen, began, lives):
    client.force_login(viewer.user)
    age(client, seen_at=seen, began_at=began)
    assert is_signed_in(client) is lives


def test_use_keeps_a_session_alive(client, viewer):
    client.force_login(viewer.user)
    age(client, seen_at=settings.SESSION_IDLE_SECONDS - 60)
    assert is_signed_in(client)
    assert client.session["seen_at"] > time.time() - 60


def test_a_disabled_person_is_out_at_the_next_request(client, viewer):
    client.force_login(viewer.user)
    assert is_signed_in(client)
    User.objects.filter(pk=viewer.user_id).update(is_active=False)
    assert not is_signed_in(client)


def test_a_disabled_member_is_nobodys_member_at_the_next_request(client, viewer):
    client.force_login(viewer.user)
    assert client.get(HOME).wsgi_request.member == viewer
    Member.objects.filter(pk=viewer.pk).update(is_active=False)
    assert client.get(HOME).wsgi_request.member is None


def test_an_administrator_without_a_second_factor_is_sent_to_set_one_up(client, admin):
    client.force_login(admin.user, second_factor=False)
    answer = client.post(reverse("tenants:customer_switch"), {"customer": "1"})
    assert answer.url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200


def test_an_administrator_whose_factor_was_not_shown_signs_in_again(
    client, admin, settings
):
    totp.TOTP.activate(admin.user, totp.generate_totp_secret())
    client.force_login(admin.user, second_factor=False)
    answer = client.get("/account/2fa/")
    assert answer.url.startswith(reverse("account_login"))
    assert not is_signed_in(client)


def test_an_editor_needs_no_second_factor(client, editor):
    client.force_login(editor.user, second_factor=False)
    assert client.get("/account/sessions/").status_code == 200


def test_an_editor_made_administrator_needs_one_at_once(client, editor):
    client.force_login(editor.user, second_factor=False)
    Member.objects.filter(pk=editor.pk).update(role=Member.Role.ADMIN)
    assert client.get("/account/sessions/").url == reverse("mfa_index")


def test_staff_need_a_second_factor_on_every_way_in(client, staff_client, staff):
    staff_client.force_login(staff, second_factor=False)
    assert staff_client.get("/").url == reverse("mfa_index")


def test_staff_are_nobody_in_the_portal(client, staff):
    client.force_login(staff)
    assert not is_signed_in(client)


def test_customers_are_nobody_in_the_back_office(staff_client, viewer, staff):
    staff_client.force_login(viewer.user)
    assert not is_signed_in(staff_client)
    staff_client.force_login(staff)
    assert is_signed_in(staff_client)
    User.objects.filter(pk=staff.pk).update(is_staff=False, is_superuser=False)
    assert not is_signed_in(staff_client)


def test_the_language_of_the_account_is_the_language_of_the_page(client, viewer):
    client.force_login(viewer.user)
    client.post(reverse("set_language"), {"language": "nl"})
    viewer.user.refresh_from_db()
    assert viewer.user.language == "nl"
    assert client.get(HOME).headers["Content-Language"] == "nl"
    # Django itself has pages in the last two.
    for unknown in ("xx", "es", "pt-br"):
        assert client.post(reverse("set_language"), {"language": unknown})
    viewer.user.refresh_from_db()
    assert viewer.user.language == "nl"
