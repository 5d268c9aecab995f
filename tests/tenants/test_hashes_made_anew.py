"""A hash made anew at sign-in brings no old password back and signs nobody out."""

from functools import partial

import pytest
from django.contrib.auth.hashers import make_password

from tenants.models import User
from tenants.services import people
from tests.support.clients import ProcessClient
from tests.support.new_passwords import (
    FOUND,
    PASSWORD,
    THEIRS,
    boss,
    browser,
    change,
    new_password,
    person,
    session_row,
    side,
    signed_out,
)
from tests.support.races import while_waiting

__all__ = ["boss", "browser", "person", "side"]


def test_a_sign_in_that_hashes_anew_brings_no_old_password_back(person, settings):
    """The hash is made anew at a sign-in, of who may have another by then."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    found = User.objects.get(pk=person.pk)
    User.objects.filter(pk=person.pk).update(password=make_password(THEIRS))
    assert found.check_password(PASSWORD)
    assert User.objects.get(pk=person.pk).check_password(THEIRS)


def test_the_second_of_two_that_hash_anew_is_under_the_hash_of_the_first(
    person, settings
):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    both = [User.objects.get(pk=person.pk) for _ in range(2)]
    assert all(one.check_password(PASSWORD) for one in both)
    kept = User.objects.get(pk=person.pk).get_session_auth_hash()
    assert [one.get_session_auth_hash() for one in both] == [kept, kept]


def hashed_anew(user: User, by: User) -> None:
    """What a confirmation in another window does on its way."""
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def hashed_anew_and_signed_out(user: User, by: User) -> None:
    hashed_anew(user, by)
    signed_out(user, by)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("meanwhile", "typed", "goes_on"),
    [
        (hashed_anew, PASSWORD, True),
        # The controls: another password is an end, and so is an end beside the hash.
        (new_password, THEIRS, False),
        (hashed_anew_and_signed_out, PASSWORD, False),
    ],
)
def test_who_confirms_under_a_hash_made_anew_in_another_window_goes_on(
    browser, person, boss, settings, meanwhile, typed, goes_on
):
    browser.force_login(person)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    address = "/account/reauthenticate/?next=/account/sessions/"
    answer = while_waiting(
        session_row(browser),
        partial(meanwhile, person, boss),
        lambda: browser.post(address, {"password": typed}),
    )
    assert User.objects.get(pk=person.pk).password.startswith("pbkdf2")
    assert answer.status_code == (302 if goes_on else 403)
    again = browser.get("/account/sessions/")
    assert again.status_code == (200 if goes_on else 302)


def test_a_sign_in_hashes_anew(browser, person, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    people.EmailAddress.objects.create(
        user=person, email=person.email, verified=True, primary=True
    )
    form = {"login": person.email, "password": PASSWORD}
    assert browser.post("/account/login/", form).status_code == 302
    assert User.objects.get(pk=person.pk).password.startswith("pbkdf2")


@pytest.mark.parametrize(
    ("form", "stays"),
    [
        ({"oldpassword": PASSWORD, "password1": "short", "password2": "short"}, True),
        ({"oldpassword": PASSWORD, "password1": FOUND, "password2": "other"}, True),
        ({"oldpassword": "guessed", "password1": FOUND, "password2": FOUND}, False),
    ],
)
def test_a_refused_change_that_hashes_anew_signs_nobody_out(
    browser, person, settings, form, stays
):
    browser.force_login(person)
    elsewhere = ProcessClient(browser.process, browser.acting_as)
    elsewhere.force_login(person)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    answer = browser.post("/account/password/change/", form)
    assert answer.status_code == 200
    hashed_anew = User.objects.get(pk=person.pk).password.startswith("pbkdf2")
    assert hashed_anew is stays
    assert browser.get("/account/sessions/").status_code == 200
    # The control: a session that typed nothing is under the hash of before.
    assert (elsewhere.get("/account/sessions/").status_code == 302) is stays
    change(browser)
    assert User.objects.get(pk=person.pk).check_password(FOUND)
