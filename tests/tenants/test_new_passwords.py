"""A new password never overtakes the end of what it was asked under."""

import threading
from functools import partial
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from tenants.models import AuditEvent, User
from tenants.services import ended_access, people
from tenants.services.reset_tokens import ResetTokens
from tests.support.clients import ProcessClient
from tests.support.races import at_once, somebody_waits, while_waiting
from tests.tenants.test_authors import from_the_list, in_another_window

PASSWORD = "tulips in the rain"
THEIRS = "seven yellow boats"
FOUND = "nine stolen letters"
SAID = "Your session ended"
SIDES = ["portal", "backoffice"]


@pytest.fixture(params=SIDES)
def side(request, acting_as):
    """``open()`` is a browser of one of the two processes."""
    urlconf = ProcessClient(request.param, acting_as).urlconf
    with override_settings(PROCESS=request.param, ROOT_URLCONF=urlconf):
        yield request.param


@pytest.fixture
def person(side, viewer, staff) -> User:
    user = viewer.user if side == "portal" else staff
    user.password = make_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def browser(side, acting_as):
    # Not a change too many of the minute before.
    cache.clear()
    return ProcessClient(side, acting_as)


def form_of_link(browser, user: User) -> str:
    key = f"{user_pk_to_url_str(user)}-{ResetTokens().make_token(user)}"
    page = browser.get(f"/account/password/reset/key/{key}/", follow=True)
    return page.redirect_chain[-1][0]


def choose(browser, address: str, password: str = FOUND):
    form = {"password1": password, "password2": password}
    return browser.post(address, form)


def change(browser):
    form = {"oldpassword": PASSWORD, "password1": FOUND, "password2": FOUND}
    return browser.post("/account/password/change/", form)


def moved(user: User, by: User) -> None:
    user = User.objects.get(pk=user.pk)
    email = "moved@acme.example"
    people.change_email(user=user, email=email, before=user.email, by=by)


def disabled(user: User, by: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    end: Any = {"by": by, "reason": "access_ended", "now": timezone.now()}
    ended_access.end_all(user=User.objects.get(pk=user.pk), **end)


def new_password(user: User, by: User) -> None:
    User.objects.filter(pk=user.pk).update(password=make_password(THEIRS))


def signed_out(user: User, by: User) -> None:
    end: Any = {"by": by, "reason": "step_removed", "now": timezone.now()}
    ended_access.end_sessions(user=User.objects.get(pk=user.pk), **end)


ENDS = [moved, disabled, new_password, signed_out]


@pytest.fixture
def boss(db) -> User:
    return User.objects.create_superuser("boss@operator.example", language="en")


def session_row(client):
    """Lock the row of the session, as another request of it does."""
    session = client.session
    rows = session.get_model_class().objects.select_for_update()
    return lambda: rows.get(session_key=session.session_key)


def locked(user: User):
    return lambda: User.objects.select_for_update().get(pk=user.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ENDS)
def test_a_link_that_waits_for_its_end_chooses_nothing(browser, person, boss, end):
    address = form_of_link(browser, person)
    answer = while_waiting(
        locked(person), partial(end, person, boss), lambda: choose(browser, address)
    )
    assert not User.objects.get(pk=person.pk).check_password(FOUND)
    assert not AuditEvent.objects.filter(action="person.password_reset").exists()
    # The page says that the link is void.
    assert answer.status_code == 302
    assert browser.get(answer["Location"]).context["token_fail"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ENDS)
def test_a_stolen_session_chooses_nothing_once_it_ended(browser, person, boss, end):
    browser.force_login(person)
    answer = while_waiting(
        locked(person), partial(end, person, boss), lambda: change(browser)
    )
    assert answer.status_code == 403
    assert not User.objects.get(pk=person.pk).check_password(FOUND)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_first", [False, True])
@pytest.mark.parametrize("end", [from_the_list, in_another_window, lambda client: None])
def test_a_session_ended_elsewhere_meanwhile_chooses_nothing(
    browser, person, end, is_first
):
    """Also no first password, of who signs in with a passkey."""
    if is_first:
        person.set_unusable_password()
        person.save()
    browser.force_login(person)
    act = choose if is_first else change
    address = ["/account/password/set/"] if is_first else []
    answer = while_waiting(
        session_row(browser), partial(end, browser), partial(act, browser, *address)
    )
    is_able = end not in (from_the_list, in_another_window)
    assert answer.status_code == (302 if is_able else 403)
    assert (SAID in answer.text) is not is_able
    assert User.objects.get(pk=person.pk).check_password(FOUND) is is_able
    told = AuditEvent.objects.filter(action="person.password_changed")
    assert told.exists() is is_able


@pytest.mark.django_db(transaction=True)
def test_an_end_on_its_way_is_waited_for_by_a_new_password(browser, person):
    """Signing out elsewhere deleted the session, and has not committed yet."""
    browser.force_login(person)
    session = browser.session
    row = session.get_model_class().objects.filter(session_key=session.session_key)
    answer = while_waiting(row.delete, lambda: None, lambda: change(browser))
    assert answer.status_code == 403
    assert SAID in answer.text
    assert not User.objects.get(pk=person.pk).check_password(FOUND)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["link", "session"])
def test_who_waits_for_nothing_of_theirs_chooses(browser, person, boss, how):
    """The control: the same wait, and nothing ended."""
    if how == "link":
        act = partial(choose, browser, form_of_link(browser, person))
    else:
        browser.force_login(person)
        act = partial(change, browser)
    assert while_waiting(locked(person), lambda: None, act).status_code == 302
    assert User.objects.get(pk=person.pk).check_password(FOUND)


@pytest.mark.django_db(transaction=True)
def test_a_link_sent_twice_at_once_chooses_once(side, acting_as, person):
    browsers = [ProcessClient(side, acting_as) for _ in range(2)]
    addresses = [form_of_link(one, person) for one in browsers]
    held = threading.Event()

    def hold() -> None:
        with transaction.atomic():
            locked(person)()
            held.set()
            for _attempt in range(300):
                if somebody_waits():
                    break
                threading.Event().wait(0.01)
            threading.Event().wait(0.5)

    def choose_own(place: int):
        held.wait(5)
        return choose(browsers[place], addresses[place], f"my choice no {place} 99")

    _none, *answers = at_once(hold, partial(choose_own, 0), partial(choose_own, 1))
    done = ["done" in answer["Location"] for answer in answers]
    assert sorted(done) == [False, True]
    winner = f"my choice no {done.index(True)} 99"
    assert User.objects.get(pk=person.pk).check_password(winner)
    assert AuditEvent.objects.filter(action="person.password_reset").count() == 1


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
    assert answer.status_code in (200, 422)
    hashed_anew = User.objects.get(pk=person.pk).password.startswith("pbkdf2")
    assert hashed_anew is stays
    assert browser.get("/account/sessions/").status_code == 200
    # The control: a session that typed nothing is under the hash of before.
    assert (elsewhere.get("/account/sessions/").status_code == 302) is stays
    change(browser)
    assert User.objects.get(pk=person.pk).check_password(FOUND)
