"""A form that waits for its confirmation runs for who sent it, once, or says not."""

import html
import json
import re
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

import pytest
from allauth.core.context import request_context
from allauth.core.internal.httpkit import serialize_request
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.hashers import make_password
from django.test import RequestFactory, override_settings

from tenants.models import Invitation, Member, User
from tenants.sign_in import kept_acts, waiting_forms
from tenants.sign_in.sessions import SessionStore
from tests.support.clients import ProcessClient
from tests.support.races import at_once
from vms_portal.kernel.web.outcomes import Outcome, outcome_of

PASSWORD = "tulips in the rain"
FORM = {"email": "new@elsewhere.example", "role": "editor"}
AGAIN = "Nothing was changed. Send the form once more."
# A page that asks when it is opened, as it does when its form is sent.
ASKS = "/account/2fa/recovery-codes/generate/"


def with_password(user: User) -> User:
    user.password = make_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def borrowed(client, admin):
    client.force_login(with_password(admin.user))
    return client


def confirm(client, asked):
    return client.post(asked["Location"], {"password": PASSWORD})


def kept(client) -> list[str]:
    waiting = client.session.get(waiting_forms.KEY, {})
    return [form for *_when, form in waiting.values() if form]


def secret_of(client) -> str:
    """What the cookie against forged forms holds."""
    return next(c.value for name, c in client.cookies.items() if "csrf" in name)


@pytest.mark.parametrize("address", ["/account/2fa/totp/activate/", ASKS])
def test_nothing_is_kept_for_a_visitor(client, db, address):
    for query in range(3):
        client.post(f"{address}?{query}", {"code": "1" * 5000})
    assert waiting_forms.KEY not in client.session


def test_what_waits_is_bounded_and_the_oldest_says_that_it_was_not_done(borrowed):
    long = {**FORM, "more": "x" * (waiting_forms.LONGEST // 3)}
    asked = [borrowed.post(f"/team/invite/?{n}", long) for n in range(4)]
    assert len(kept(borrowed)) == 2
    assert len(json.dumps(dict(borrowed.session.items()))) < waiting_forms.LONGEST * 1.2
    done = confirm(borrowed, asked[0])
    assert done["Location"] == "/team/invite/?0"
    assert AGAIN in borrowed.get(done["Location"]).text
    assert not Invitation.objects.exists()
    # The control: the last one is sent.
    assert confirm(borrowed, asked[3])["Location"] == "/team/"
    assert Invitation.objects.count() == 1


def test_one_that_is_too_long_alone_says_that_it_was_not_done(borrowed):
    asked = borrowed.post("/team/invite/", {**FORM, "x": "x" * waiting_forms.LONGEST})
    assert kept(borrowed) == []
    assert AGAIN in borrowed.get(confirm(borrowed, asked)["Location"]).text
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("is_theirs", [True, False])
def test_a_form_of_somebody_else_is_not_sent(borrowed, viewer, is_theirs):
    asked = borrowed.post("/team/invite/", FORM)
    session = borrowed.session
    ((address, (sent_at, person, form)),) = session[waiting_forms.KEY].items()
    other = person if is_theirs else viewer.user_id
    session[waiting_forms.KEY] = {address: (sent_at, other, form)}
    session.save()
    done = confirm(borrowed, asked)
    assert Invitation.objects.exists() is is_theirs
    assert (done["Location"] == "/team/invite/") is not is_theirs


@pytest.mark.parametrize("is_opened", [True, False])
def test_a_form_given_up_is_not_sent_when_its_page_is_opened(
    staff_client, staff, is_opened
):
    Authenticator.objects.create(user=staff, type="totp", data={"secret": "unreadable"})
    before = RecoveryCodes.activate(staff).instance.pk
    staff_client.force_login(with_password(staff))
    asked = staff_client.post(ASKS, {})
    if is_opened:
        asked = staff_client.get(ASKS)
    assert "reauthenticate" in asked["Location"]
    query = asked["Location"].partition("?")[2]
    address = f"/account/reauthenticate/?{query}"
    done = staff_client.post(address, {"password": PASSWORD})
    assert done.status_code == 302
    codes = Authenticator.objects.get(user=staff, type="recovery_codes")
    assert (codes.pk == before) is is_opened


def test_a_kept_form_holds_no_secret_against_forged_forms(acting_as, admin):
    browser = ProcessClient("portal", acting_as, enforce_csrf_checks=True)
    with override_settings(PROCESS="portal", ROOT_URLCONF=browser.urlconf):
        browser.force_login(with_password(admin.user))
        page = browser.get("/team/invite/")
        token = str(page.context["csrf_token"])
        sent = {**FORM, "csrfmiddlewaretoken": token}
        asked = browser.post("/team/invite/", sent)
        (form,) = kept(browser)
        # The control: the form is there.
        assert "new%40elsewhere.example" in form
        secret = secret_of(browser)
        assert token not in form
        assert secret not in form
        assert "CSRF" not in form
        confirmed = {"password": PASSWORD, "csrfmiddlewaretoken": token}
        assert browser.post(asked["Location"], {}).status_code == 403
        done = browser.post(asked["Location"], confirmed)
        assert done["Location"] == "/team/"
        # The secret of the browser stays; forms of other windows are taken.
        assert (
            next(c.value for n, c in browser.cookies.items() if "csrf" in n) == secret
        )


def test_the_back_office_sends_a_kept_form_without_its_token(acting_as, staff):
    browser = ProcessClient("backoffice", acting_as, enforce_csrf_checks=True)
    with override_settings(PROCESS="backoffice", ROOT_URLCONF=browser.urlconf):
        browser.force_login(with_password(staff))
        page = browser.get("/tenants/user/add/")
        token = str(page.context["csrf_token"])
        form: dict[str, Any] = {
            "email": "fien@operator.example",
            "language": "en",
            "is_active": "on",
            "is_staff": "on",
            "csrfmiddlewaretoken": token,
        }
        asked = browser.post("/tenants/user/add/", form)
        confirmed = {"password": PASSWORD, "csrfmiddlewaretoken": token}
        assert browser.post(asked["Location"], confirmed).status_code == 302
    assert User.objects.filter(email="fien@operator.example").exists()


@pytest.mark.django_db(transaction=True)
def test_a_confirmation_sent_twice_at_once_sends_the_form_once(acting_as, staff):
    browser = ProcessClient("backoffice", acting_as)
    form = {"email": "fien@operator.example", "language": "en", "is_active": "on"}
    with override_settings(PROCESS="backoffice", ROOT_URLCONF=browser.urlconf):
        browser.force_login(with_password(staff))
        asked = browser.post("/tenants/user/add/", {**form, "is_staff": "on"})
        again = ProcessClient("backoffice", acting_as)
        again.cookies = SimpleCookie(browser.cookies)
        sent = at_once(partial(confirm, browser, asked), partial(confirm, again, asked))
    assert [answer.status_code for answer in sent] == [302, 302]
    ways = {answer["Location"] for answer in sent}
    assert len(ways) == 2
    assert "/tenants/user/add/" in ways


def actions(page: str) -> set[str]:
    """Where the forms lead that ``page`` sends in its own right."""
    forms = re.findall(r"<form\b[^>]*\bmethod=\"post\"[^>]*>", page)
    assert forms
    found = [re.search(r"\baction=\"([^\"]*)\"", form) for form in forms]
    return {html.unescape(one[1]) if one else "" for one in found}


def test_an_answer_in_place_of_the_confirmation_is_sent_to_its_own_address(
    borrowed, admin
):
    address = "/team/invite/?from=mail&a=1"
    asked = borrowed.post(address, FORM)
    # Meanwhile they joined.
    user = User.objects.create_user(FORM["email"])
    Member.objects.create(tenant=admin.tenant, user=user, role="viewer")
    answer = confirm(borrowed, asked)
    assert answer.status_code == 422
    found = actions(answer.text)
    assert address in found
    assert "" not in found


def test_an_answer_of_the_back_office_is_sent_to_its_own_address(staff_client, staff):
    staff_client.force_login(with_password(staff))
    address = "/tenants/user/add/?_changelist_filters=q%3Dx&a=1"
    form = {"email": FORM["email"], "language": "en", "is_staff": "on"}
    asked = staff_client.post(address, {**form, "is_active": "on"})
    User.objects.create_user(FORM["email"])
    answer = confirm(staff_client, asked)
    assert answer.status_code == 200
    found = actions(answer.text)
    assert address in found
    assert "" not in found


def test_pages_that_ask_name_their_own_address(borrowed, viewer):
    for page in (f"/team/{viewer.pk}/", f"/team/{viewer.pk}/access/", "/tokens/"):
        found = actions(borrowed.get(page).text)
        assert page in found
        assert "" not in found


@pytest.mark.parametrize("is_noted", [True, False])
def test_what_is_noted_of_the_form_behind_is_not_noted_of_its_confirmation(is_noted):
    """Whoever asked first: the form's own author is not who confirms it."""
    request = RequestFactory().post(f"/account/reauthenticate/?next={ASKS}")
    request.session = SessionStore()
    form = json.loads(serialize_request(RequestFactory().post(ASKS)))
    waiting = {ASKS: (0, 7, json.dumps({**form, "META": {}}))}
    request.session.acts_waiting = waiting
    undo = [].clear
    if is_noted:
        outcome_of(request).session_ended_of = 5
        outcome_of(request).taken_back.append(undo)

    with request_context(request):
        behind = kept_acts.form_behind(request)
    outcome_of(behind).is_undone = True
    outcome_of(behind).taken_back.append(undo)

    assert outcome_of(behind).session_ended_of == 7
    assert outcome_of(request) == Outcome(
        session_ended_of=5 if is_noted else None, taken_back=[undo] if is_noted else []
    )
