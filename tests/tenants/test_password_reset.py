"""A forgotten password: nobody learns who exists, and each side has its own links."""

import re
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.services.reset_tokens import ResetTokens
from tenants.tasks import send_password_reset

PASSWORD = "tulips in the rain"


@pytest.fixture
def worker(acting_as):
    """The task with the rights of its own process."""

    def run(email: str, audience: str) -> bool:
        with acting_as("vms_worker"):
            return send_password_reset(email, audience)

    return run


def choose(client, link: str):
    """Open the link of the mail and choose a password on the page behind it."""
    page = client.get(urlsplit(link).path, follow=True)
    if not page.redirect_chain:
        return page
    choice = {"password1": PASSWORD, "password2": PASSWORD}
    return client.post(page.redirect_chain[-1][0], choice)


def link_of(message) -> str:
    return re.findall(r"http\S+/account/password/\S+", message.body)[0]


@pytest.mark.parametrize("known", ["viewer", "staff"])
@pytest.mark.parametrize("process", ["client", "staff_client"])
def test_the_request_does_the_same_for_every_address(
    request, known, process, django_capture_on_commit_callbacks
):
    person = request.getfixturevalue(known)
    client = request.getfixturevalue(process)
    work = []
    for email in (getattr(person, "user", person).email, "nobody@elsewhere.example"):
        with (
            CaptureQueriesContext(connection) as statements,
            django_capture_on_commit_callbacks() as queued,
        ):
            answer = client.post("/account/password/reset/", {"email": email})
        assert answer.status_code == 302
        shapes = [re.sub(r"'[^']*'|\d+", "?", q["sql"]) for q in statements]
        work.append((shapes, len(queued), answer.url))
    assert work[0] == work[1]
    assert work[0][1] == 1
    assert mail.outbox == []


@pytest.mark.parametrize("side", ["client", "staff_client"])
def test_who_asks_too_often_reads_so_on_a_page_of_ours(request, db, side):
    browser = request.getfixturevalue(side)
    for _time in range(6):
        form = {"email": f"often-{side}@elsewhere.example"}
        answer = browser.post(
            "/account/password/reset/", form, headers={"accept-language": "nl"}
        )
    assert answer.status_code == 429
    assert "Wacht enkele minuten" in answer.text
    assert '<html lang="nl' in answer.text


def test_the_worker_looks_and_writes(worker, viewer, staff):
    assert not worker("nobody@elsewhere.example", "portal")
    assert mail.outbox == []
    assert worker(viewer.user.email, "portal")
    assert mail.outbox[0].to == [viewer.user.email]
    assert link_of(mail.outbox[0]).startswith("http://localhost:8000/")


def test_nothing_happens_for_the_other_sides_people(worker, viewer, staff):
    assert not worker(staff.email, "portal")
    assert not worker(viewer.user.email, "backoffice")
    assert mail.outbox == []
    assert worker(staff.email, "backoffice")
    assert link_of(mail.outbox[0]).startswith("http://localhost:8001/")


def test_the_link_works_once_and_on_its_own_side(client, staff_client, worker, viewer):
    worker(viewer.user.email, "portal")
    link = link_of(mail.outbox[0])
    choose(staff_client, link)
    viewer.user.refresh_from_db()
    assert not viewer.user.check_password(PASSWORD)
    choose(client, link)
    viewer.user.refresh_from_db()
    assert viewer.user.check_password(PASSWORD)
    assert not ResetTokens("portal").check_token(
        viewer.user, link.split("-", 1)[1][:-1]
    )


def test_a_key_of_the_portal_makes_no_link_for_staff(client, staff_client, staff):
    """The control is the same link, made with the back office's key."""
    from allauth.account.utils import user_pk_to_url_str

    for audience, works in (("portal", False), ("backoffice", True)):
        key = f"{user_pk_to_url_str(staff)}-{ResetTokens(audience).make_token(staff)}"
        for side in (client, staff_client):
            choose(side, f"http://localhost/account/password/reset/key/{key}/")
        staff.refresh_from_db()
        assert staff.check_password(PASSWORD) is works


@pytest.mark.parametrize("key", ["0", "zzzzzzzzzzzzz", "1y2p0ij32e8e8", "a" * 40])
def test_a_link_of_nobody_says_so(client, db, key):
    answer = client.get(f"/account/password/reset/key/{key}-abc-def/")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("credential", "status"),
    [
        ("", 302),
        ("[]", 302),
        ("{", 302),
        ("[" * 9999, 302),
        ("9" * 5000, 302),
        ('{"id": ' + "9" * 5000 + "}", 302),
        ('{"response": {"userHandle": "\\ud800"}}', 302),
        ('{"response": {"userHandle": 7}}', 302),
        ('{"id": "YQ", "rawId": "Yg", "response": {}}', 302),
        ('{"response": {"userHandle": "\\u0000"}}', 302),
    ],
)
def test_a_passkey_that_makes_no_sense_is_refused(client, db, credential, status):
    answer = client.post("/account/2fa/webauthn/login/", {"credential": credential})
    assert answer.status_code == status
