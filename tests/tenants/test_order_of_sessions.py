"""Of two windows of one session none waits for what the other waits for."""

import datetime as dt
import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from tenants.models import ApiToken, Invitation, Member, User
from tenants.sign_in import session_rules
from tests.support.clients import ProcessClient
from tests.support.crossing import Lock, crossed
from tests.support.new_passwords import change, choose, form_of_link
from tests.support.races import all_waiting
from vms_portal.kernel.data import secret_keys

PASSWORD = "tulips in the rain"
CONFIRM = "/account/reauthenticate/?next=/tokens/"
ANEW = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
TOKEN = {"name": "Phone system", "scopes": ["routing:write"], "days": "30"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def emil(editor) -> User:
    editor.user.password = make_password(PASSWORD)
    editor.user.save()
    return editor.user


@pytest.fixture
def window(emil, acting_as):
    """Of a session that was used a while ago."""
    cache.clear()
    client = ProcessClient("portal", acting_as)
    client.force_login(emil, second_factor=False)
    with override_settings(PROCESS="portal", ROOT_URLCONF=client.urlconf):
        yield client


def row_of(session) -> Lock:
    table = session.get_model_class()._meta.db_table
    rows = f"SELECT FROM {table} WHERE session_key = %s FOR UPDATE"
    return Lock(rows, [session.session_key])


def person_row(user: User) -> Lock:
    return Lock("SELECT FROM tenants_user WHERE id = %s FOR UPDATE", [user.pk])


def listed(session, age: int = 0) -> UserSession:
    session["seen_at"] = time.time() - age
    session.save()
    return UserSession.objects.create(
        user_id=session[SESSION_KEY], session_key=session.session_key, ip="::1"
    )


def test_a_form_that_is_confirmed_and_a_new_password_take_turns(
    window, editor, emil, acting_as
):
    assert "reauthenticate" in window.post("/tokens/", TOKEN)["Location"]
    other = ProcessClient("portal", acting_as)
    other.cookies = window.cookies
    confirmed, changed = all_waiting(
        lambda: Member.objects.select_for_update().get(pk=editor.pk),
        lambda: None,
        lambda: window.post(CONFIRM, {"password": PASSWORD}),
        lambda: _after(window.post, lambda: change(other)),
    )
    # Whoever was second found what the first had done.
    assert confirmed.status_code in (200, 302)
    assert changed.status_code == 302
    assert ApiToken.objects.count() == (confirmed.status_code == 200)


def _after(_first, act):
    time.sleep(0.5)
    return act()


@pytest.fixture
def office(staff, acting_as):
    """A window of the back office, whose role sees the rows that cross it."""
    cache.clear()
    staff.password = make_password(PASSWORD)
    staff.save()
    client = ProcessClient("backoffice", acting_as)
    client.force_login(staff)
    with override_settings(PROCESS="backoffice", ROOT_URLCONF=client.urlconf):
        yield client


def crossing(client, wanted: Lock):
    return crossed(row_of(client.session), wanted, role="vms_staff")


def test_a_new_password_holds_its_session_before_its_person(office, staff):
    with crossing(office, person_row(staff)) as ended:
        assert change(office).status_code == 302
    assert ended == []


def test_a_password_hashed_anew_holds_its_session_before(office, staff, settings):
    settings.PASSWORD_HASHERS = [ANEW, *settings.PASSWORD_HASHERS]
    with crossing(office, person_row(staff)) as ended:
        assert office.post(CONFIRM, {"password": PASSWORD}).status_code == 302
    assert ended == []
    assert User.objects.get(pk=staff.pk).password.startswith("pbkdf2")


def test_a_second_step_that_confirms_holds_its_session_before(office, staff):
    secret = totp.generate_totp_secret()
    step = totp.TOTP.activate(staff, secret).instance
    assert "reauth" in office.post("/account/2fa/totp/deactivate/")["Location"]
    rows = "SELECT FROM mfa_authenticator WHERE id = %s FOR UPDATE"
    counter = next(totp.yield_hotp_counters_from_time())
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))
    address = "/account/2fa/reauthenticate/?next=/account/2fa/totp/deactivate/"
    with crossing(office, Lock(rows, [step.pk])) as ended:
        answer = office.post(address, {"code": code})
    assert ended == []
    # The code was taken: this is what the act says, which staff may not do.
    assert answer.status_code == 200
    assert "You cannot deactivate two-factor authentication" in answer.text


def test_a_link_holds_the_session_it_is_opened_in_before_its_person(office, staff):
    address = form_of_link(office, staff)
    with crossing(office, person_row(staff)) as ended:
        assert choose(office, address).status_code == 302
    assert ended == []


def test_noting_the_use_of_a_session_holds_nothing(office, staff):
    """Whoever ends it from the list holds its row there, and then the session."""
    session = office.session
    in_list = listed(session, age=2 * session_rules.SEEN_EVERY_SECONDS)
    rows = "SELECT FROM usersessions_usersession WHERE id = %s FOR UPDATE"
    with crossing(office, Lock(rows, [in_list.pk])) as ended:
        assert change(office).status_code == 302
    assert ended == []


def test_an_act_waits_for_no_other_window_of_its_session(office, acme):
    """That window may send a form that waited, and want what the act holds."""
    session = office.session
    session["seen_at"] = before = (
        int(time.time()) - 2 * session_rules.SEEN_EVERY_SECONDS
    )
    session.save()
    form = {
        "name": "Other SA",
        "language": "fr",
        "country": "BE",
        "vat_treatment": acme.vat_treatment,
        "is_active": "on",
    }
    rows = "SELECT FROM tenants_tenant WHERE id = %s FOR UPDATE"
    with crossing(office, Lock(rows, [acme.pk])) as ended:
        answer = office.post(f"/tenants/tenant/{acme.pk}/change/", form)
    assert (answer.status_code, ended) == (302, [])
    # Noted once the other window was done.
    assert office.session["seen_at"] > before


def test_who_accepts_as_a_new_person_holds_the_session_before_the_offer(
    window, admin, acting_as
):
    """Signing in ends the session of a visitor, which chose a language, for one."""
    secret = "join_tulips"
    offer = Invitation.objects.create(
        tenant=admin.tenant,
        email="new@acme.example",
        role="viewer",
        token_hash=secret_keys.digest(secret),
        invited_by=admin.user,
        expires_at=timezone.now() + dt.timedelta(days=1),
    )
    visitor = ProcessClient("portal", acting_as)
    visitor.post("/language/setlang/", {"language": "nl"})
    key = visitor.session.session_key
    session = Lock(
        "SELECT set_config('app.session', %s, true); "
        "SELECT set_config('app.tenant', %s, true); "
        "SELECT FROM django_session WHERE session_key = %s FOR UPDATE",
        [key, str(admin.tenant_id), key],
    )
    rows = "SELECT FROM tenants_invitation WHERE id = %s FOR UPDATE"
    form = {"name": "New", "language": "en"}
    form |= dict.fromkeys(["password", "password1", "password2"], "nine stolen letters")
    with crossed(session, Lock(rows, [offer.pk]), role="vms_app") as ended:
        answer = visitor.post(f"/invitations/{secret}/", form)
    assert ended == []
    assert answer.status_code == 302, answer.text
    assert Member.objects.filter(user__email=offer.email).exists()


def test_several_sessions_are_ended_in_the_order_of_their_keys(office, staff):
    """Whichever stands first in the list: another window may end the same."""
    for key in ("b" * 40, "a" * 40):
        office.session.model.objects.create(
            session_key=key, session_data="", expire_date=timezone.now()
        )
        UserSession.objects.create(user=staff, session_key=key, ip="::1")
    rows = "SELECT FROM tenants_staffsession WHERE session_key = %s FOR UPDATE"
    first, second = (Lock(rows, [one * 40]) for one in "ab")
    with crossed(first, second, role="vms_staff") as ended:
        assert office.post("/account/sessions/").status_code == 302
    assert ended == []
    assert office.get("/account/sessions/").status_code == 200
