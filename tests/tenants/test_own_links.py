"""Who is signed in and chooses another password all the same, or has it hashed anew."""

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.hashers import make_password

from tenants.models import Invitation, User
from tenants.services.reset_tokens import ResetTokens
from tests.support.clients import ProcessClient
from tests.support.new_passwords import PASSWORD, side

__all__ = ["side"]
OTHER = "seven yellow boats"
PAGE = {"portal": "/team/", "backoffice": "/tenants/user/"}


@pytest.fixture
def person(side, admin, staff) -> User:
    user = admin.user if side == "portal" else staff
    user.password = make_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user


@pytest.fixture
def browsers(side, acting_as, person) -> list[ProcessClient]:
    """Two, both signed in."""
    both = [ProcessClient(side, acting_as) for _ in range(2)]
    for browser in both:
        browser.force_login(person)
    return both


def test_a_link_works_where_one_is_signed_in_and_ends_all_sessions(
    browsers, side, person
):
    key = f"{user_pk_to_url_str(person)}-{ResetTokens().make_token(person)}"
    opened = browsers[0].get(f"/account/password/reset/key/{key}/")
    form = {"password1": OTHER, "password2": OTHER}
    done = browsers[0].post(opened["Location"], form)
    assert done.status_code == 302, done.text
    assert User.objects.get(pk=person.pk).check_password(OTHER)
    for browser in browsers:
        assert "/login/" in browser.get(PAGE[side])["Location"]


@pytest.fixture
def newer_hasher(settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]


def test_a_confirmation_hashes_anew_and_the_session_goes_on(
    browsers, side, person, newer_hasher
):
    browser = browsers[0]
    answer = browser.post("/account/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302
    assert User.objects.get(pk=person.pk).password.startswith("pbkdf2")
    assert browser.get(PAGE[side]).status_code == 200


@pytest.mark.parametrize("side", ["portal"], indirect=True)
def test_a_confirmation_that_hashes_anew_sends_the_kept_form(
    browsers, person, newer_hasher
):
    form = {"email": "new@elsewhere.example", "role": "editor"}
    asked = browsers[0].post("/team/invite/", form)
    done = browsers[0].post(asked["Location"], {"password": PASSWORD})
    assert done["Location"] == "/team/"
    assert Invitation.objects.count() == 1
    assert browsers[0].get("/team/").status_code == 200
