"""What an act notes in its session is there for every window once the act is."""

from functools import partial

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend as Outbox
from django.test import override_settings

from tenants.models import User
from tests.support.clients import ProcessClient
from tests.support.races import at_once
from tests.tenants.test_acts_on_second_steps import app_of, code_of, codes_of, sign_in

PASSWORD = "tulips in the rain"
CODES = "/account/2fa/recovery-codes/"

pytestmark = pytest.mark.django_db(transaction=True)


class SlowServer(Outbox):
    """Another window asks by itself while the mail is on its way."""

    other_window: ProcessClient
    asked: int

    def send_messages(self, messages):
        ask = partial(self.other_window.get, "/", headers={"x-unattended": "1"})
        (answer,) = at_once(ask)
        type(self).asked += answer.status_code == 200
        return super().send_messages(messages)


@pytest.fixture(params=["portal", "backoffice"])
def side(request, acting_as, admin, staff, settings):
    user: User = admin.user if request.param == "portal" else staff
    user.password = make_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    cache.clear()
    client, other = (ProcessClient(request.param, acting_as) for _ in range(2))
    other.cookies = client.cookies
    settings.EMAIL_BACKEND = f"{__name__}.SlowServer"
    SlowServer.other_window, SlowServer.asked = other, 0
    with override_settings(PROCESS=client.process, ROOT_URLCONF=client.urlconf):
        yield client, user


def test_who_signed_in_by_a_recovery_code_sees_the_new_ones(side):
    client, user = side
    app_of(user)
    assert sign_in(client, user, codes_of(user)[0])
    assert client.post(f"{CODES}generate/").status_code == 302
    assert SlowServer.asked == 1
    assert client.get(CODES).status_code == 200


def test_who_sets_up_the_first_app_goes_on(side):
    client, user = side
    client.force_login(user, second_factor=False)
    confirm = "/account/reauthenticate/?next=/account/2fa/"
    assert client.post(confirm, {"password": PASSWORD}).status_code == 302
    page = client.get("/account/2fa/totp/activate/")
    code = code_of(page.context["form"].secret)
    done = client.post("/account/2fa/totp/activate/", {"code": code})
    assert done.status_code == 302, done.text
    assert SlowServer.asked == 1
    assert client.get(CODES).status_code == 200
    made = Authenticator.objects.get(user=user, type="totp")
    assert client.session["second_factor"] == made.pk


def test_who_signs_in_is_signed_in_while_mail_is_sent(side):
    """The control: a session that begins is saved as it is at the end."""
    client, user = side
    secret = app_of(user)
    assert sign_in(client, user, code_of(secret))
    assert client.get("/").status_code == 200
