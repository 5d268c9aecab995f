"""A page left open is sent by the person it was made for, who signed in again since."""

import re
from http import HTTPStatus

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from tenants.models import User
from tests.support.clients import ProcessClient
from tests.support.session_ends import PASSWORD, end_session, lose_session
from tests.support.waiting_requests import in_another_window, new_password
from tests.tenants.test_acts_on_second_steps import app_of, code_of
from vms_portal.kernel.web import form_secret

LOGIN, LANGUAGE = "/account/login/", "/language/setlang/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w{64})"')
WHY = "this browser was closed or somebody signed in with it."


class Browser(ProcessClient):
    """Its forms are checked; ``app`` holds the second steps of who has one."""

    def __init__(self, process: str, acting_as) -> None:
        super().__init__(
            process, acting_as, enforce_csrf_checks=True, raise_request_exception=False
        )
        self.apps: dict[int, str] = {}

    def open(self, page: str) -> str:
        """Return the token in a page's first form."""
        found = TOKEN.search(self.get(page, follow=True).text)
        assert found is not None
        return found[1]

    def send(self, page: str, token: str, **fields: str):
        return self.post(page, {**fields, "csrfmiddlewaretoken": token})

    def sign_in(self, user: User):
        form = {"login": user.email, "password": PASSWORD}
        answer = self.send(LOGIN, self.open(LOGIN), **form)
        if user.pk not in self.apps or answer.status_code != 302:
            return answer
        # A code passes once.
        cache.clear()
        page = answer["Location"]
        return self.send(page, self.open(page), code=code_of(self.apps[user.pk]))

    @property
    def secret(self) -> str:
        return self.cookies[settings.CSRF_COOKIE_NAME].value


@pytest.fixture(params=["portal", "backoffice"])
def browser(request, acting_as):
    cache.clear()
    browser = Browser(request.param, acting_as)
    with override_settings(PROCESS=browser.process, ROOT_URLCONF=browser.urlconf):
        yield browser


def may_sign_in(browser: Browser, user: User) -> User:
    user.password = make_password(PASSWORD)
    user.save()
    if user.is_staff:
        browser.apps[user.pk] = app_of(user)
    return user


@pytest.fixture
def person(browser, operator_member, staff) -> User:
    is_portal = browser.process == "portal"
    return may_sign_in(browser, operator_member.user if is_portal else staff)


@pytest.fixture
def colleague(browser, viewer, other_staff) -> User:
    is_portal = browser.process == "portal"
    return may_sign_in(browser, viewer.user if is_portal else other_staff)


@pytest.fixture
def other_staff(db) -> User:
    address = "other@operator.example"
    return User.objects.create_superuser(address, name="Otto", language="en")


def chooses_dutch(browser, user: User, token: str):
    answer = browser.send(LANGUAGE, token, language="nl", by_person=str(user.pk))
    user.refresh_from_db()
    return answer, user.language == "nl"


def from_the_list(browser: Browser) -> None:
    UserSession.objects.get(session_key=browser.session.session_key).end()


ENDS = [end_session, lose_session, from_the_list, in_another_window]


@pytest.mark.parametrize("end", ENDS)
def test_who_signed_in_again_sends_it_and_it_is_done(browser, person, end):
    browser.sign_in(person)
    token = browser.open("/profile/")
    end(browser)
    browser.sign_in(person)
    answer, is_done = chooses_dutch(browser, person, token)
    assert answer.status_code == HTTPStatus.FOUND, answer.text
    assert is_done


def test_a_new_password_ends_the_session_and_not_the_page(browser, person):
    browser.sign_in(person)
    token = browser.open("/profile/")
    person.password = make_password(PASSWORD)
    person.save()
    browser.sign_in(person)
    assert chooses_dutch(browser, person, token)[1]


def test_a_colleague_sends_no_page_of_another(browser, person, colleague):
    browser.sign_in(person)
    token = browser.open("/profile/")
    in_another_window(browser)
    browser.sign_in(colleague)
    answer, is_done = chooses_dutch(browser, colleague, token)
    assert (answer.status_code, is_done) == (HTTPStatus.FORBIDDEN, False)
    assert WHY in answer.text


def test_nobody_sends_a_page_of_before_the_first_sign_in(browser, person):
    token = browser.open(LOGIN)
    browser.sign_in(person)
    answer, is_done = chooses_dutch(browser, person, token)
    assert (answer.status_code, is_done) == (HTTPStatus.FORBIDDEN, False)
    assert WHY in answer.text


def test_a_secret_that_somebody_else_chose_is_not_kept(browser, person, colleague):
    """Planted by another host of the domain: of nobody, or of who planted it."""
    for planted in ("x" * 32, form_secret.made_for(colleague.pk)):
        browser.cookies[settings.CSRF_COOKIE_NAME] = planted
        browser.sign_in(person)
        assert browser.secret != planted
        in_another_window(browser)


def test_each_browser_has_a_secret_of_its_own(person):
    assert form_secret.made_for(person.pk) != form_secret.made_for(person.pk)


@pytest.fixture
def undone():
    """Signing in meets a database that ends it, or who just chose a password."""

    def ended(user: User, **kwargs: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")

    def outrun(user: User, **kwargs: object) -> None:
        new_password(user)

    acts = {503: ended, 403: outrun}
    joined = []

    def begin(status: int) -> None:
        joined.append(acts[status])
        user_logged_in.connect(acts[status])

    yield begin
    for act in joined:
        user_logged_in.disconnect(act)


@pytest.mark.usefixtures("may_be_done_again")
@pytest.mark.parametrize("status", [503, 403])
def test_a_sign_in_that_was_undone_leaves_the_cookie(browser, person, undone, status):
    browser.open(LOGIN)
    before = browser.secret
    undone(status)
    answer = browser.sign_in(person)
    assert answer.status_code == status
    assert browser.secret == before
    for token in TOKEN.findall(answer.text):
        sent = browser.send(LANGUAGE, token, language="fr")
        assert sent.status_code == HTTPStatus.FOUND


def test_one_that_stands_changes_it(browser, person):
    """The control."""
    browser.open(LOGIN)
    before = browser.secret
    assert browser.sign_in(person).status_code == HTTPStatus.FOUND
    assert browser.secret != before
