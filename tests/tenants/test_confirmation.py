"""What outlives a session asks once more who is there."""

import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import make_password

from numbers.services.access import fingerprint
from tenants.models import ApiToken, Invitation, Member

PASSWORD = "tulips in the rain"
ACTS = {
    "/tokens/": (
        {"name": "Reports", "scopes": ["routing:write"], "days": "30"},
        ApiToken,
    ),
    "/team/invite/": ({"email": "new@elsewhere.example", "role": "editor"}, Invitation),
}


@pytest.fixture
def borrowed(client, admin):
    """An open browser of an administrator who signed in a while ago."""
    admin.user.password = make_password(PASSWORD)
    admin.user.save()
    client.force_login(admin.user)
    return client


@pytest.mark.parametrize("address", ACTS)
def test_a_borrowed_browser_makes_no_way_in(borrowed, address):
    form, made = ACTS[address]
    asked = borrowed.post(address, form)
    assert "reauthenticate" in asked["Location"]
    assert not made.objects.exists()
    borrowed.post(asked["Location"], {"password": PASSWORD})
    assert made.objects.count() == 1


def test_a_borrowed_browser_raises_nobody(borrowed, viewer):
    address = f"/team/{viewer.pk}/"
    asked = borrowed.post(address, {"role": "admin", "expected": "viewer"})
    assert "reauthenticate" in asked["Location"]
    assert Member.objects.get(pk=viewer.pk).role == "viewer"
    borrowed.post(asked["Location"], {"password": PASSWORD})
    assert Member.objects.get(pk=viewer.pk).role == "admin"


def test_a_kept_form_is_not_sent_for_who_needs_a_second_step_by_now(client, editor):
    """Made administrator between the form and the password it asked for."""
    editor.user.password = make_password(PASSWORD)
    editor.user.save()
    client.force_login(editor.user, second_factor=False)
    form, made = ACTS["/tokens/"]
    asked = client.post("/tokens/", form)
    Member.objects.filter(pk=editor.pk).update(role=Member.Role.ADMIN)
    answer = client.post(asked["Location"], {"password": PASSWORD})
    assert answer["Location"] == "/account/2fa/"
    assert not made.objects.exists()


def test_the_wrong_password_opens_nothing(borrowed):
    form, made = ACTS["/tokens/"]
    asked = borrowed.post("/tokens/", form)
    borrowed.post(asked["Location"], {"password": "guessed"})
    assert not made.objects.exists()


def reactivation(viewer, number) -> tuple[str, dict]:
    Member.objects.filter(pk=viewer.pk).update(is_active=False)
    return f"/team/{viewer.pk}/reactivate/", {}


def all_numbers(viewer, number) -> tuple[str, dict]:
    Member.objects.filter(pk=viewer.pk).update(sees_all_numbers=False)
    viewer.refresh_from_db()
    form = {"sees_all": "yes", "expected": fingerprint(viewer)}
    return f"/team/{viewer.pk}/access/", form


def one_more(viewer, number) -> tuple[str, dict]:
    address, form = all_numbers(viewer, number)
    return address, {**form, "sees_all": "no", "numbers": number.e164}


@pytest.mark.parametrize("act", [reactivation, all_numbers, one_more])
def test_a_borrowed_browser_widens_no_access(borrowed, viewer, number, act):
    address, form = act(viewer, number)
    before = state(viewer)
    asked = borrowed.post(address, form)
    assert "reauthenticate" in asked["Location"]
    assert state(viewer) == before
    borrowed.post(asked["Location"], {"password": PASSWORD})
    assert state(viewer) != before


def state(member) -> tuple:
    now = Member.objects.get(pk=member.pk)
    return now.is_active, fingerprint(now)


def test_narrowing_asks_for_nothing(borrowed, viewer):
    form = {"sees_all": "no", "expected": fingerprint(viewer)}
    answer = borrowed.post(f"/team/{viewer.pk}/access/", form)
    assert answer["Location"] == f"/team/{viewer.pk}/"
    assert not Member.objects.get(pk=viewer.pk).sees_all_numbers


def sign_in(client, member, code: str = "") -> None:
    member.user.password = make_password(PASSWORD)
    member.user.save()
    address = EmailAddress.objects.create(
        user=member.user, email=member.user.email, verified=True, primary=True
    )
    form = {"login": address.email, "password": PASSWORD}
    answer = client.post("/account/login/", form)
    if code:
        client.post(answer["Location"], {"code": code})


@pytest.fixture
def phone(admin):
    """Returns the code the administrator's app shows."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(admin.user, secret)
    return lambda: totp.format_hotp_value(
        totp.hotp_value(secret, int(time.time()) // 30)
    )


def test_a_fresh_sign_in_with_the_second_step_is_enough(client, admin, phone):
    sign_in(client, admin, phone())
    form, made = ACTS["/team/invite/"]
    assert client.post("/team/invite/", form)["Location"] == "/team/"
    assert made.objects.count() == 1


def test_after_five_minutes_it_is_asked_again(client, admin, phone):
    sign_in(client, admin, phone())
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    form, made = ACTS["/team/invite/"]
    assert "reauthenticate" in client.post("/team/invite/", form)["Location"]
    assert not made.objects.exists()


def test_a_fresh_password_is_enough_for_who_has_nothing_else(client, viewer):
    sign_in(client, viewer)
    form = {"name": "Reports", "scopes": ["numbers:read"], "days": "30"}
    client.post("/tokens/", form)
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize("query", ["?next=%2Fteam%2F", "?a=1&a=2", "?q=%C3%A9%26+x"])
@pytest.mark.parametrize("address", ACTS)
def test_a_kept_form_of_the_portal_is_sent_whatever_its_address_says(
    borrowed, address, query
):
    form, made = ACTS[address]
    asked = borrowed.post(address + query, form)
    assert not made.objects.exists()
    borrowed.post(asked["Location"], {"password": PASSWORD})
    assert made.objects.count() == 1


def test_two_windows_that_ask_are_both_answered(borrowed, viewer):
    asked = []
    for address, (form, _made) in ACTS.items():
        asked.append(borrowed.post(address, form)["Location"])
    for place in asked:
        borrowed.post(place, {"password": PASSWORD})
    assert [made.objects.count() for _form, made in ACTS.values()] == [1, 1]


def test_a_form_that_waited_for_long_is_not_sent_and_that_is_said(borrowed):
    form, made = ACTS["/team/invite/"]
    asked = borrowed.post("/team/invite/?from=mail", form)
    with time_machine.travel(time.time() + 31 * 60, tick=False):
        done = borrowed.post(asked["Location"], {"password": PASSWORD})
        assert done["Location"] == "/team/invite/?from=mail"
        assert not made.objects.exists()
        assert "Nothing was changed." in borrowed.get(done["Location"]).text


def test_a_kept_form_holds_no_secret_of_the_cookie(borrowed):
    form, _made = ACTS["/team/invite/"]
    borrowed.post("/team/invite/", form)
    kept = str(dict(borrowed.session.items()))
    # The control: it is kept, and by its address.
    assert "new%40elsewhere.example" in kept
    assert borrowed.session.secret not in kept


def test_a_part_of_a_page_asks_with_the_whole_page(borrowed):
    form, made = ACTS["/team/invite/"]
    part = {"HX-Request": "true"}
    asked = borrowed.post("/team/invite/?x=1", form, headers=part)
    assert (asked.status_code, asked.text) == (200, "")
    done = borrowed.post(asked["HX-Redirect"], {"password": PASSWORD})
    assert done["Location"] == "/team/"
    assert made.objects.count() == 1
