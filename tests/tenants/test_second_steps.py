"""A code passes once, and the last second step stays."""

import contextlib
import datetime as dt
import threading

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import transaction

from tenants.models import AuditEvent
from tenants.sign_in.adapters import AccountAdapter, MfaAdapter
from tests.support.races import at_once
from vms_portal.kernel.data import row_security

PASSWORD = "tulips in the rain"
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def cache_on_our_clock(settings) -> None:
    """Redis lets its keys lapse by a clock that no test moves."""
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "second steps"}}
    cache.clear()


@pytest.fixture
def phone(admin) -> str:
    """The code that the administrator's app shows from ``NOW`` on, for 30 seconds."""
    totp.TOTP.activate(admin.user, SECRET)
    admin.user.password = make_password(PASSWORD)
    admin.user.save()
    EmailAddress.objects.create(
        user=admin.user, email=admin.user.email, verified=True, primary=True
    )
    counter = int(NOW.timestamp()) // 30
    return totp.format_hotp_value(totp.hotp_value(SECRET, counter))


def said(page) -> list[str]:
    return [
        error for errors in page.context["form"].errors.values() for error in errors
    ]


def sign_in(client, user, code: str) -> bool:
    client.cookies.clear()
    form = {"login": user.email, "password": PASSWORD}
    asked = client.post("/account/login/", form)
    return client.post(asked["Location"], {"code": code}).status_code == 302


@pytest.mark.parametrize("later", [0, 31, 59])
def test_a_code_signs_in_once_as_long_as_it_is_taken(client, admin, phone, later):
    with time_machine.travel(NOW, tick=False) as clock:
        assert sign_in(client, admin.user, phone)
        clock.shift(later)
        assert not sign_in(client, admin.user, phone)
        assert not sign_in(client, admin.user, f"{phone[:3]} {phone[3:]}")


def test_the_back_office_is_no_second_place_for_a_code(
    client, staff_client, admin, phone
):
    """It counts codes and wrong passwords by itself, and would show new codes."""
    with time_machine.travel(NOW, tick=False):
        assert sign_in(client, admin.user, phone)
        cache.clear()
        form = {"login": admin.user.email, "password": PASSWORD}
        asked = staff_client.post("/account/login/", form)
        wrong = staff_client.post("/account/login/", {**form, "password": "wrong"})
    assert asked.status_code == wrong.status_code == 200
    assert said(asked) == said(wrong) != []
    assert not AuditEvent.objects.filter(action="person.signed_in")[1:]


def test_a_passkey_opens_its_persons_side_only(rf, admin, staff, settings):
    for user, process in ((admin.user, "backoffice"), (staff, "portal")):
        settings.PROCESS = process
        request = rf.get("/")
        request.session = {"account_login": {"user_pk": str(user.pk)}}
        answer = AccountAdapter().pre_login(request, user)
        assert answer is not None
        assert answer["Location"] == "/account/login/"
        assert not request.session
        settings.PROCESS = user.audience
        more = dict.fromkeys(
            ["email_verification", "signal_kwargs", "email", "signup", "redirect_url"]
        )
        assert AccountAdapter().pre_login(request, user, **more) is None


def test_a_code_not_used_before_is_taken_as_late(client, admin, phone):
    """What the test above would see if the code itself had lapsed."""
    with time_machine.travel(NOW, tick=False) as clock:
        clock.shift(59)
        assert sign_in(client, admin.user, phone)


def test_a_code_that_signed_in_confirms_nothing(client, admin, phone):
    with time_machine.travel(NOW, tick=False) as clock:
        assert sign_in(client, admin.user, phone)
        clock.shift(31)
        answer = client.post("/account/2fa/reauthenticate/", {"code": phone})
    assert "Incorrect code" in answer.content.decode()


def key(user, name: str = "Key") -> Authenticator:
    return Authenticator.objects.create(
        user=user, type="webauthn", data={"name": name, "credential": {}}
    )


@pytest.fixture
def confirmed(client, admin):
    """An administrator who said a moment ago who they are."""
    admin.user.password = make_password(PASSWORD)
    admin.user.save()
    client.force_login(admin.user)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def test_the_last_passkey_of_an_administrator_stays(confirmed, admin):
    only = key(admin.user)
    address = f"/account/2fa/webauthn/keys/{only.pk}/remove/"
    page = confirmed.post(address)
    assert "You cannot deactivate two-factor authentication" in page.content.decode()
    assert Authenticator.objects.get() == only


def test_one_of_two_passkeys_goes(confirmed, admin):
    first, second = key(admin.user, "A"), key(admin.user, "B")
    confirmed.post(f"/account/2fa/webauthn/keys/{first.pk}/remove/")
    assert Authenticator.objects.get() == second


@pytest.mark.django_db(transaction=True)
def test_of_two_removed_at_once_one_stays(admin, acting_as):
    both = key(admin.user, "A"), key(admin.user, "B")
    asked = threading.Barrier(2)

    def remove(one: Authenticator) -> None:
        with acting_as("vms_app"), transaction.atomic():
            row_security.apply(user=admin.user.pk)
            may = MfaAdapter().can_delete_authenticator(one)
            # The other has asked as well by now, unless it waits for this one.
            with contextlib.suppress(threading.BrokenBarrierError):
                asked.wait(timeout=1)
            if may:
                one.delete()

    at_once(*(lambda one=one: remove(one) for one in both))
    assert Authenticator.objects.count() == 1


def test_one_that_is_gone_is_not_removed_once_more(editor):
    factor = Authenticator.objects.create(user=editor.user, type="webauthn", data={})
    assert MfaAdapter().can_delete_authenticator(factor)
    Authenticator.objects.filter(pk=factor.pk).delete()
    assert not MfaAdapter().can_delete_authenticator(factor)
