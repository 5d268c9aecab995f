"""Whom PostgreSQL ends so that another can go on, it does not tell: it tries again."""

import threading
from functools import partial

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import override_settings

from tenants.models import AuditEvent
from tests.support import deadlock_urls
from tests.support.clients import ProcessClient
from tests.support.crossing import Lock, crossed
from tests.support.done_again import times
from tests.support.races import at_once
from tests.tenants.test_acts_on_second_steps import app_of, code_of, prepare
from tests.tenants.test_order_of_sessions import row_of
from vms_portal.kernel.web.bodies import LARGEST

MIDDLEWARE = "vms_portal.kernel.web.deadlocks.DeadlockMiddleware"
URLS = "tests.support.deadlock_urls"
SAID = "request done again after a deadlock"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("may_be_done_again"),
]


class Browser(ProcessClient):
    user_id: int


@pytest.fixture
def browsers(acting_as, viewer, stranger, monkeypatch):
    """Of two people, who answer errors with the page a person sees."""
    monkeypatch.setattr(deadlock_urls, "meeting", threading.Barrier(2))
    monkeypatch.setattr(deadlock_urls, "sent", [])
    browsers = [Browser("portal", acting_as) for _each in range(2)]
    with override_settings(PROCESS="portal", ROOT_URLCONF=URLS):
        for browser, member in zip(browsers, (viewer, stranger), strict=True):
            browser.urlconf, browser.raise_request_exception = URLS, False
            browser.force_login(member.user)
            browser.user_id = member.user_id
        yield browsers


@pytest.fixture
def never_again():
    """The control."""
    others = [one for one in django_settings.MIDDLEWARE if one != MIDDLEWARE]
    with override_settings(MIDDLEWARE=others):
        yield


def address(first, second) -> str:
    return f"/take/{first.user_id}/{second.user_id}/"


def both(browsers, *forms):
    """Each locks the person that the other wants next."""
    one, other = browsers
    first, second = forms or [{"word": "tulips"}] * 2
    return at_once(
        partial(one.post, address(one, other), first),
        partial(other.post, address(other, one), second),
    )


def lines(caplog) -> list[dict[str, object]]:
    told = [r.msg for r in caplog.records if isinstance(r.msg, dict)]
    return [line for line in told if line["event"] == SAID]


def test_of_two_requests_that_wait_for_each_other_both_are_done(browsers, caplog):
    before = times()
    answers = both(browsers)
    assert [answer.status_code for answer in answers] == [200, 200]
    one, other = (browser.user_id for browser in browsers)
    told = [f"took {one} and {other}", f"took {other} and {one}"]
    assert [answer.text for answer in answers] == told
    assert deadlock_urls.sent == [("tulips", 0)] * 3
    (line,) = lines(caplog)
    assert (line["method"], len(str(line["request_id"]))) == ("POST", 32)
    assert times() == before + 1


def test_each_is_told_once(browsers):
    both(browsers)
    assert AuditEvent.objects.filter(action="member.deactivated").count() == 2
    assert len(mail.outbox) == 2
    # Whichever was ended, its session holds what it noted.
    noted = [browser.session["took"] for browser in browsers]
    assert noted == [browser.user_id for browser in browsers]


def test_without_it_one_of_them_is_told_that_nothing_is_there(never_again, browsers):
    answers = both(browsers)
    assert sorted(answer.status_code for answer in answers) == [200, 503]
    assert AuditEvent.objects.filter(action="member.deactivated").count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("size", "found"), [(LARGEST - 1000, [200, 200]), (LARGEST, [200, 503])]
)
def test_a_file_is_sent_once_more_unless_it_is_large(
    browsers, monkeypatch, size, found
):
    """Who may send a large one is another matter."""
    monkeypatch.setattr("vms_portal.kernel.web.bodies._most", lambda request: 10**9)
    files = [SimpleUploadedFile("numbers.csv", b"x" * size) for _each in range(2)]
    answers = both(browsers, *({"file": file} for file in files))
    assert sorted(answer.status_code for answer in answers) == found
    assert deadlock_urls.sent == [("", size)] * (3 if found == [200, 200] else 2)


def test_who_is_ended_twice_reads_that_the_portal_is_not_available(browsers, caplog):
    browser, _other = browsers
    answer = browser.get("/always/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert len(deadlock_urls.sent) == 2
    assert len(lines(caplog)) == 1


def test_what_failed_after_its_commit_is_not_done_again(browsers, monkeypatch):
    """The cookie is handed out behind the transaction of its request."""
    browser, other = browsers

    def ended(*args):
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")

    monkeypatch.setattr(deadlock_urls, "meeting", threading.Barrier(1))
    monkeypatch.setattr("tenants.sign_in.sessions._hand_out", ended)
    answer = browser.post(address(browser, other))
    assert answer.status_code == 503
    assert len(deadlock_urls.sent) == 1
    assert AuditEvent.objects.filter(action="member.deactivated").count() == 1


def test_what_is_no_deadlock_is_not_done_again(browsers, monkeypatch):
    browser, other = browsers

    def away(key):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("tenants.services.authors.take_turns", away)
    assert browser.post(address(browser, other)).status_code == 503
    assert len(deadlock_urls.sent) == 1


def test_a_code_that_was_used_in_vain_is_still_good(acting_as, staff):
    """That it was used is noted in Redis, which no rollback takes back."""
    cache.clear()
    before = times()
    prepare(staff)
    secret = app_of(staff)
    office = ProcessClient("backoffice", acting_as, raise_request_exception=False)
    office.force_login(staff)
    step = Lock("SELECT FROM mfa_authenticator WHERE user_id = %s FOR UPDATE")
    address = "/account/2fa/reauthenticate/?next=/account/2fa/totp/deactivate/"
    with (
        override_settings(PROCESS="backoffice", ROOT_URLCONF=office.urlconf),
        crossed(
            step._replace(values=[staff.pk]), row_of(office.session), role="vms_staff"
        ) as ended,
    ):
        answer = office.post(address, {"code": code_of(secret)})
    assert ended == []
    assert answer.status_code == 302, answer.text
    assert times() == before + 1
