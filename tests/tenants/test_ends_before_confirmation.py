"""A session that ends while a form waits: said what was not done, and led back."""

import time
from urllib.parse import unquote

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import override_settings

from routing.models import Override
from tenants.models import Invitation, Member, User
from tenants.sign_in import waiting_forms
from tests.support.new_passwords import session_row
from tests.support.races import while_waiting
from tests.support.session_ends import FORM, end_session, lose_session

PASSWORD = "tulips in the rain"
SAID = "Your session ended. Calls were not diverted."
INVITED = {"email": "new@elsewhere.example", "role": "editor"}


def raise_generation(client) -> None:
    User.objects.filter(pk=client.session["_auth_user_id"]).update(session_generation=1)


def raise_role(client) -> None:
    """Administrator by now, with a second step that this session never showed."""
    person = client.session["_auth_user_id"]
    Member.objects.filter(user=person).update(role=Member.Role.ADMIN)
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(User.objects.get(pk=person), secret)


def sign_out(client) -> None:
    client.post("/account/logout/")


@pytest.fixture
def emil(editor) -> Member:
    editor.user.password = make_password(PASSWORD)
    editor.user.save()
    return editor


@pytest.fixture
def page(number) -> str:
    return f"/numbers/{number.pk}/"


@pytest.fixture
def asked(client, emil, page, settings):
    """Where the form of a diversion to a new number was sent to."""
    client.force_login(emil.user, second_factor=False)
    headers = {"referer": settings.PORTAL_URL + page}
    answer = client.post(f"{page}divert/", FORM, headers=headers)
    assert "reauthenticate" in answer["Location"]
    return answer["Location"]


def back(client, person, answer) -> str:
    form = {"login": person.email, "password": PASSWORD}
    return client.post(answer["Location"], form)["Location"]


ENDS = [end_session, lose_session, raise_generation, sign_out]


@pytest.mark.parametrize("is_opened", [True, False])
@pytest.mark.parametrize("end", ENDS)
def test_who_comes_too_late_to_confirm_hears_that_calls_were_not_diverted(
    client, emil, asked, page, end, is_opened
):
    end(client)
    send = client.get if is_opened else client.post
    answer = send(asked, {} if is_opened else {"password": PASSWORD})
    assert SAID in client.get(answer["Location"]).text
    found = back(client, emil.user, answer)
    # What a session held that left no trace is gone: the form's own address is not.
    is_known = end in (end_session, raise_generation)
    assert found == (page if is_known else f"{page}divert/")
    text = client.get(found).text
    assert ("Fair in Liège" in text) is is_known
    assert not Override.objects.exists()
    # Whoever just signed in is not asked again.
    assert "reauth" not in client.post(f"{page}divert/", FORM)["Location"]
    assert Override.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [lose_session, lambda client: None])
def test_who_signs_out_elsewhere_while_the_confirmation_is_checked_hears_it(
    client, emil, asked, page, end
):
    with override_settings(PROCESS="portal", ROOT_URLCONF=client.urlconf):
        answer = while_waiting(
            session_row(client),
            lambda: end(client),
            lambda: client.post(asked, {"password": PASSWORD}),
        )
    is_ended = end is lose_session
    assert answer.status_code == (403 if is_ended else 302)
    assert Override.objects.exists() is not is_ended
    if is_ended:
        assert "Calls were not diverted." in answer.text
        assert "<q>Fair in Liège</q>" in answer.text
        assert client.get("/profile/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_the_back_office_says_it_to_who_signs_out_elsewhere_too(staff_client, staff):
    staff.password = make_password(PASSWORD)
    staff.save()
    staff_client.force_login(staff)
    form = {"email": "fien@operator.example", "language": "en", "is_staff": "on"}
    asked = staff_client.post("/tenants/user/add/", {**form, "is_active": "on"})
    answer = while_waiting(
        session_row(staff_client),
        lambda: lose_session(staff_client),
        lambda: staff_client.post(asked["Location"], {"password": PASSWORD}),
    )
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.text
    assert form["email"] in answer.text
    assert not User.objects.filter(email=form["email"]).exists()


def test_who_needs_a_second_step_by_now_hears_it_too(client, asked, page):
    raise_role(client)
    answer = client.post(asked, {"password": PASSWORD})
    told = client.get(answer["Location"]).text
    assert SAID in told
    assert "Sign in again with your second step." in told
    assert "reauthenticate" not in answer["Location"]
    assert not Override.objects.exists()


def test_a_confirmation_of_another_session_says_that_the_form_went_with_its_own(
    client, emil, asked, page
):
    """The session ended in another window, where somebody signed in again."""
    end_session(client)
    back(client, emil.user, client.get("/profile/"))
    done = client.post(asked, {"password": PASSWORD})
    assert done["Location"] == f"{page}divert/"
    assert "Calls were not diverted. Send the form once more." in (
        client.get(done["Location"]).text
    )


def test_a_confirmation_sent_once_more_does_not_say_that_nothing_was_done(
    client, asked, page
):
    client.post(asked, {"password": PASSWORD})
    assert Override.objects.count() == 1
    done = client.post(asked, {"password": PASSWORD})
    assert "were not diverted" not in client.get(done["Location"]).text
    end_session(client)
    answer = client.post(asked, {"password": PASSWORD})
    assert "were not diverted" not in client.get(answer["Location"]).text
    assert Override.objects.count() == 1


def test_what_is_noted_of_forms_that_were_done_is_bounded(client, asked):
    for number in range(4 * waiting_forms.MOST + 2):
        next_page = f"?next=/numbers/{number}/divert/"
        client.post(f"/account/reauthenticate/{next_page}", {"password": PASSWORD})
        cache.clear()
    assert len(client.session[waiting_forms.KEY]) == 4 * waiting_forms.MOST


def test_a_form_that_waited_for_long_says_its_own_words(client, asked):
    with time_machine.travel(time.time() + 31 * 60, tick=False):
        done = client.post(asked, {"password": PASSWORD})
        text = client.get(done["Location"]).text
    assert "Calls were not diverted. Send the form once more." in text
    assert not Override.objects.exists()


def test_forms_that_were_sent_take_no_place_of_those_that_wait(client, emil, asked):
    session = client.session
    sent = {f"/numbers/{n}/divert/": (0, 0, waiting_forms.DONE) for n in range(8)}
    session[waiting_forms.KEY] = {**session[waiting_forms.KEY], **sent}
    session.save()
    client.post("/tokens/", {"name": "R", "scopes": ["routing:read"], "days": "30"})
    kept = client.session[waiting_forms.KEY]
    assert [form == waiting_forms.DONE for _at, _by, form in kept.values()].count(
        True
    ) == 8
    client.post(asked, {"password": PASSWORD})
    assert Override.objects.exists()


@pytest.mark.parametrize("is_opened", [True, False])
@pytest.mark.parametrize("end", [end_session, lose_session])
def test_the_back_office_says_it_and_leads_back(
    staff_client, staff, end, is_opened, settings
):
    staff.password = make_password(PASSWORD)
    staff.save()
    staff_client.force_login(staff)
    form = {"email": "fien@operator.example", "language": "en", "is_staff": "on"}
    page = "/tenants/user/add/?_changelist_filters=q%3Dx"
    asked = staff_client.post(page, {**form, "is_active": "on"})
    assert "reauthenticate" in asked["Location"]
    end(staff_client)
    send = staff_client.get if is_opened else staff_client.post
    answer = send(asked["Location"], {} if is_opened else {"password": PASSWORD})
    told = staff_client.get(answer["Location"]).text
    assert "Your session ended. Nothing was changed." in told
    # The client names no page that the form stood on.
    is_lost = end is lose_session
    assert unquote(answer["Location"]).endswith(f"?next={page if is_lost else '/'}")
    assert not User.objects.filter(email=form["email"]).exists()


@pytest.mark.parametrize("way", ["", "?next=https://elsewhere.example/", "?next=%5B"])
def test_a_confirmation_of_nothing_leads_a_visitor_to_the_first_page(client, db, way):
    answer = client.post(f"/account/reauthenticate/{way}", {"password": "x"})
    assert answer["Location"] == "/account/login/?next=/"
    assert client.get(f"/account/reauthenticate/{way}").status_code == 302
    assert not Invitation.objects.exists()
