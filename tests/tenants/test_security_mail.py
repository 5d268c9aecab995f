"""An act on a sign-in neither fails with the mail that tells of it nor hides it."""

import datetime as dt
import re
import time
from pathlib import Path
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import flows as totp_flows
from django.conf import settings as django_settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from tenants.models import AuditEvent, FailedWork, User
from tenants.services import failed_work, security_mail, warning_mail
from tenants.services.reset_tokens import ResetTokens
from tenants.services.tokens import create_token
from tests.support import refusing_mail
from tests.support.second_steps import OTHER, PASSWORD, prepare
from tests.support.security_mail import vera
from tests.tenants.test_acts_on_second_steps import ACCOUNT, app_of, code_of, enter
from vms_portal.kernel.work.queue import listing_failures

__all__ = ["vera"]
HOUR = dt.timedelta(hours=1)
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
pytestmark = pytest.mark.django_db(transaction=True)


class Down(BaseEmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError(111, "Connection refused")


def set_up_app(client, vera: User):
    enter(client, vera)
    client.get(f"{ACCOUNT}/2fa/totp/activate/")
    code = code_of(client.session["mfa.totp.secret"])
    return client.post(f"{ACCOUNT}/2fa/totp/activate/", {"code": code})


def remove_app(client, vera: User):
    app_of(vera)
    enter(client, vera)
    return client.post(f"{ACCOUNT}/2fa/totp/deactivate/")


def make_codes(client, vera: User):
    app_of(vera)
    enter(client, vera)
    return client.post(f"{ACCOUNT}/2fa/recovery-codes/generate/")


def change_password(client, vera: User):
    enter(client, vera)
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    return client.post(f"{ACCOUNT}/password/change/", form)


def reset_password(client, vera: User):
    key = f"{user_pk_to_url_str(vera)}-{ResetTokens('portal').make_token(vera)}"
    asked = client.get(f"{ACCOUNT}/password/reset/key/{key}/")
    return client.post(asked.url, {"password1": OTHER, "password2": OTHER})


ACTS = {
    set_up_app: ("totp_activated", ["second_factor_added", "second_factor_added"]),
    remove_app: ("totp_deactivated", ["second_factor_removed"]),
    make_codes: ("recovery_codes_generated", ["second_factor_added"]),
    change_password: ("password_changed", ["password_changed"]),
    reset_password: ("password_reset", ["password_reset"]),
}


def happened() -> list[str]:
    found = AuditEvent.objects.filter(action__startswith="person.").order_by("pk")
    names = [event.action.removeprefix("person.") for event in found]
    return [name for name in names if name.partition("_")[0] in {"second", "password"}]


@pytest.mark.parametrize("act", ACTS)
def test_a_mail_server_that_is_down_stops_no_act_and_hears_of_it_later(
    client, vera, settings, at_once, act
):
    letter, events = ACTS[act]
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    assert act(client, vera).status_code == 302
    assert happened() == events
    work = FailedWork.objects.open().get()
    assert work.act == security_mail.TASK
    assert work.arguments[1].endswith(letter)
    settings.EMAIL_BACKEND = LOCMEM
    assert mail.outbox == []
    assert work.next_try_at is not None
    assert failed_work.retry_due(now=work.next_try_at) == 1
    (told,) = mail.outbox
    assert told.to == [vera.email]
    assert settings.PORTAL_URL in told.body
    assert not FailedWork.objects.open().exists()


@pytest.mark.parametrize("act", ACTS)
def test_a_mail_server_that_is_up_hears_of_it_at_once(client, vera, act):
    """The control."""
    assert act(client, vera).status_code == 302
    assert happened() == ACTS[act][1]
    assert [message.to for message in mail.outbox] == [[vera.email]]
    assert not FailedWork.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_a_mailbox_that_is_gone_stops_no_act(client, vera, settings, act):
    vera.emailaddress_set.update(email=refusing_mail.GONE)
    vera.email = refusing_mail.GONE
    vera.save()
    settings.EMAIL_BACKEND = refusing_mail.BACKEND
    assert act(client, vera).status_code == 302
    assert happened() == ACTS[act][1]
    work = FailedWork.objects.open().get()
    assert (work.act, work.next_try_at) == ("mail", None)
    assert work.arguments[0] == refusing_mail.GONE


def test_a_mail_that_fails_again_is_sent_once(client, vera, settings, at_once):
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    change_password(client, vera)
    later = timezone.now()
    for attempts in (1, 2, 3):
        assert FailedWork.objects.open().get().attempts == attempts
        later += 2 * HOUR
        assert failed_work.retry_due(now=later) == 1
    settings.EMAIL_BACKEND = LOCMEM
    failed_work.retry_due(now=later + 2 * HOUR)
    failed_work.retry_due(now=later + 12 * HOUR)
    assert len(mail.outbox) == 1
    assert not FailedWork.objects.open().exists()


def test_an_act_that_is_undone_is_not_told_of(client, vera):
    with transaction.atomic():
        security_mail.tell(
            user=vera,
            letter="account/email/password_changed",
            address="192.0.2.7",
            device="",
            at=timezone.now(),
        )
        transaction.set_rollback(True)
    assert mail.outbox == []


def test_of_several_acts_after_a_commit_one_that_fails_stops_none(acme):
    done: list[int] = []

    def fail() -> None:
        raise ValueError("out of paper")

    with transaction.atomic():
        for act in (lambda: done.append(1), fail, lambda: done.append(2)):
            transaction.on_commit(act)
        listing_failures()
    assert done == [1, 2]
    work = FailedWork.objects.open().get()
    assert work.act.endswith("fail")
    assert work.reason == "ValueError: out of paper"


def test_what_a_library_does_after_a_commit_ends_no_page(client, vera, monkeypatch):
    """Of allauth's two acts the first fails; what the second does is done."""
    enter(client, vera)
    client.get(f"{ACCOUNT}/2fa/totp/activate/")
    code = code_of(client.session["mfa.totp.secret"])
    monkeypatch.setattr(totp_flows, "get_account_adapter", lambda request: None)
    answer = client.post(f"{ACCOUNT}/2fa/totp/activate/", {"code": code})
    assert answer.status_code == 302
    assert Authenticator.objects.count() == 2
    assert happened() == ["second_factor_added"] * 2
    assert FailedWork.objects.open().get().act.startswith("allauth.mfa.totp")


def change_address(office, user) -> str:
    form = {
        "email": "new@elsewhere.example",
        "name": "V",
        "language": "en",
        "is_active": "on",
        "confirmed": "on",
        "reason": "Asked",
    }
    office.post(f"/tenants/user/{user.pk}/change/", form)
    return "The address of your sign-in was changed"


def remove_step(office, user) -> str:
    step = Authenticator.objects.create(user=user, type="totp", data={})
    form = {"confirmed": "on", "reason": "Lost"}
    office.post(f"/mfa/authenticator/{step.pk}/delete/", form)
    return "A second step of your sign-in was removed"


def disable(office, user) -> str:
    (member,) = user.memberships.all()
    for name in ("Phone system", "Reports"):
        life = dt.timedelta(days=9)
        make: Any = {"scopes": ["numbers:read"], "life": life, "now": timezone.now()}
        create_token(by=member, name=name, **make)
    form = {"email": user.email, "name": "V", "language": "en"}
    form |= {"confirmed": "on", "reason": "Left"}
    office.post(f"/tenants/user/{user.pk}/change/", form)
    return "Your API tokens were withdrawn"


@pytest.mark.parametrize("is_down", [True, False])
@pytest.mark.parametrize("act", [change_address, remove_step, disable])
def test_a_warning_of_what_staff_did_is_sent_once_the_mail_server_is_back(
    staff_client, staff, viewer, settings, at_once, act, is_down
):
    staff_client.force_login(staff)
    session = staff_client.session
    shown = {"method": "password", "at": time.time(), "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [shown]
    session.save()
    prepare(viewer.user)
    before = viewer.user.email
    if is_down:
        settings.EMAIL_BACKEND = f"{__name__}.Down"
    subject = act(staff_client, viewer.user)
    if is_down:
        work = FailedWork.objects.open().get()
        assert work.act == warning_mail.TASK
        assert mail.outbox == []
        settings.EMAIL_BACKEND = LOCMEM
        assert work.next_try_at is not None
        assert failed_work.retry_due(now=work.next_try_at) == 1
    (told,) = mail.outbox
    assert (told.to, told.subject) == ([before], subject)
    if act is disable:
        assert "Phone system, Reports" in told.body
    assert not FailedWork.objects.open().exists()


def test_every_mail_after_a_commit_is_tried_again():
    """An invitation's is not: its link is a secret, and staff send it anew."""
    root = Path(django_settings.BASE_DIR)
    found = {
        str(file.relative_to(root))
        for file in root.glob("*/**/*.py")
        if file.parts[len(root.parts)] not in {"tests", ".venv"}
        and re.search(r"\bafter_commit\(", file.read_text())
    }
    assert found == {
        "tenants/services/invitations.py",
        "vms_portal/kernel/work/queue.py",
    }
