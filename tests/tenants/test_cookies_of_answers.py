"""An answer sets the cookie of a session that stands, and touches no other's."""

import itertools

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import override_settings

from tenants.models import User
from tenants.sign_in.sessions import SessionStore
from tests.support import session_urls
from tests.support.clients import ProcessClient
from tests.support.new_passwords import session_row
from tests.support.races import all_waiting
from tests.tenants.test_acts_on_second_steps import app_of, code_of

PASSWORD = "tulips in the rain"
STATUSES = [200, 302, 422, 403, 500]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["portal", "backoffice"])
def side(request, acting_as):
    cache.clear()
    client = ProcessClient(request.param, acting_as, raise_request_exception=False)
    with override_settings(PROCESS=client.process, ROOT_URLCONF=client.urlconf):
        yield client


@pytest.fixture
def person(side, viewer, staff) -> User:
    user: User = viewer.user if side.process == "portal" else staff
    user.password = make_password(PASSWORD)
    user.save()
    return user


def send(client, act: str, status: int, under: str = ""):
    client.urlconf = session_urls.__name__
    with override_settings(ROOT_URLCONF=client.urlconf):
        return client.post(f"{under}/session/{act}/{status}/")


def cookie(answer) -> str | None:
    """What it sets; empty where it deletes it, None where it leaves it alone."""
    found = answer.cookies.get(settings.SESSION_COOKIE_NAME)
    return None if found is None else found.value


def saved(secret: str) -> dict | None:
    """What the row of a cookie holds."""
    store = SessionStore.of_cookie(secret)
    return dict(store.items()) if store.exists(str(store.session_key)) else None


@pytest.mark.parametrize("under", ["", "/account"])
@pytest.mark.parametrize("status", STATUSES)
def test_what_an_act_noted_is_there_once_it_is_committed(side, person, status, under):
    side.force_login(person)
    session_urls.FOUND.clear()
    assert send(side, "note_and_look", status, under).status_code == status
    noted = [found.get("noted") for found in session_urls.FOUND]
    # What was undone is not told of.
    assert noted == ([] if status == 500 else [True])


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    ("act", "under"),
    [
        *itertools.product(["nothing", "note", "cycle", "sign_out"], ["", "/account"]),
        # One that is held is ended by nobody meanwhile.
        *itertools.product(["end_elsewhere", "note_and_end"], [""]),
    ],
)
def test_the_cookie_goes_with_the_act(side, person, act, status, under):
    side.force_login(person)
    before = side.cookies[settings.SESSION_COOKIE_NAME].value
    answer = send(side, act, status, under)
    is_undone = status == 500
    is_late = "end" in act and status in (200, 302)
    assert answer.status_code == (403 if is_late else status)
    row, set_to = saved(before), cookie(answer)
    if "end" in act:
        assert (row, set_to) == (None, None)
    elif act == "nothing" or is_undone:
        assert set_to is None
        assert row is not None
        assert "noted" not in row
    elif act == "note":
        assert set_to == before
        assert row is not None
        assert row["noted"] is True
    elif act == "cycle":
        assert row is None
        assert set_to not in (None, "", before)
        new = saved(str(set_to))
        assert new is not None
        assert new["noted"] is True
    else:
        assert (row, set_to) == (None, "")


@pytest.mark.parametrize("status", STATUSES)
def test_a_session_that_begins_gets_its_cookie(side, person, status):
    set_to = cookie(send(side, "note", status))
    if status == 500:
        assert set_to is None
    else:
        assert saved(str(set_to)) == {"noted": True}


@pytest.mark.parametrize("status", STATUSES[:-1])
def test_a_cookie_that_comes_dead_is_deleted(side, person, status):
    """The control: it went before the request came."""
    side.force_login(person)
    side.session.delete()
    assert cookie(send(side, "nothing", status)) == ""


def test_of_one_sign_in_sent_twice_the_second_takes_nothing_from_the_first(
    side, person, acting_as
):
    EmailAddress.objects.create(
        user=person, email=person.email, verified=True, primary=True
    )
    code = code_of(app_of(person))
    form = {"login": person.email, "password": PASSWORD}
    asked = side.post("/account/login/", form)
    other = ProcessClient(side.process, acting_as)
    other.cookies[settings.SESSION_COOKIE_NAME] = side.cookies[
        settings.SESSION_COOKIE_NAME
    ].value
    answers = all_waiting(
        session_row(side),
        lambda: None,
        lambda: side.post(asked["Location"], {"code": code}),
        lambda: other.post(asked["Location"], {"code": code}),
    )
    answers.sort(key=lambda answer: cookie(answer) is None)
    first, second = answers
    assert first.status_code == 302
    row = saved(str(cookie(first)))
    assert row is not None
    assert row["_auth_user_id"] == str(person.pk)
    assert cookie(second) is None
