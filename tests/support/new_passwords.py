"""People who choose a password, by a link or signed in, on either side."""

from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from tenants.models import User
from tenants.services import ended_access
from tenants.services.reset_tokens import ResetTokens
from tests.support.clients import ProcessClient

PASSWORD = "tulips in the rain"
THEIRS = "seven yellow boats"
FOUND = "nine stolen letters"
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


def new_password(user: User, by: User) -> None:
    User.objects.filter(pk=user.pk).update(password=make_password(THEIRS))


def signed_out(user: User, by: User) -> None:
    end: Any = {"by": by, "reason": "step_removed", "now": timezone.now()}
    ended_access.end_sessions(user=User.objects.get(pk=user.pk), **end)


@pytest.fixture
def boss(db) -> User:
    return User.objects.create_superuser("boss@operator.example", language="en")


def session_row(client):
    """Lock the row of the session, as another request of it does."""
    session = client.session
    rows = session.get_model_class().objects.select_for_update()
    return lambda: rows.get(session_key=session.session_key)
