"""The demo's one-click sign-in: there for this machine's browser, else nowhere."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.utils import timezone

from demo import mailbox, people
from tenants.models import AuditEvent, Member, User
from tests.support.clients import ProcessClient

ROOT = Path(__file__).resolve().parents[2]
ROUTES = """
import django; django.setup()
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
for name in ("people_list", "person_enter", "code_show", "mail_list"):
    try:
        print("exists", reverse(f"demo:{name}"))
    except NoReverseMatch:
        print("absent", name)
from django.urls import get_resolver
print("patterns", [str(p.pattern) for p in get_resolver().url_patterns
                   if "demo" in str(p.pattern)])
"""


def load() -> None:
    people.load(timezone.now())
    people.join()


@pytest.fixture
def demo(settings, acme, globex, acting_as, tmp_path):
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    load()
    visitor = ProcessClient("portal", acting_as, SERVER_NAME="localhost")
    visitor.urlconf = "tests.support.demo_urls"
    return visitor


def enter(visitor, email="alice@acme.example", **headers):
    return visitor.post("/demo/sign-in/", {"email": email}, **headers)


def test_a_click_signs_in_with_everything_the_role_needs(demo):
    assert "Enter as Alice Lambert" in demo.get("/demo/").text
    assert enter(demo).url == "/"
    answer = demo.get("/demo/")
    assert UserSession.objects.get().user.email == "alice@acme.example"
    assert answer.wsgi_request.member.role == Member.Role.ADMIN
    assert not answer.wsgi_request.lacks_second_factor
    assert UserSession.objects.get().user == answer.wsgi_request.user
    signed_in = AuditEvent.objects.get(action="person.signed_in")
    assert signed_in.actor_id == answer.wsgi_request.user.pk
    assert signed_in.detail == {"steps": ["demo"]}


def test_staff_enter_the_back_office_alike(demo, acting_as):
    visitor = ProcessClient("backoffice", acting_as, SERVER_NAME="localhost")
    visitor.urlconf = "tests.support.demo_office_urls"
    assert "Enter as Robin Root" in visitor.get("/demo/").text
    assert enter(visitor, "root@operator.example").url == "/"
    for path in ("/demo/", "/demo/code/", "/demo/inbox/"):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert UserSession.objects.get().user.email == "root@operator.example"
    assert UserSession.objects.get().user == answer.wsgi_request.user


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_HOST": "portal.belvoix.example"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_HOST": "portal.belvoix.example"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_VIA": "1.1 tunnel"},
        {"REMOTE_ADDR": ""},
    ],
)
def test_nobody_else_finds_it(demo, settings, headers):
    settings.ALLOWED_HOSTS = ["*"]
    for path in ("/demo/", "/demo/inbox/"):
        assert demo.get(path, **headers).status_code == 404
    assert enter(demo, **headers).status_code == 404
    assert demo.get("/demo/").wsgi_request.user.is_anonymous


def test_without_the_demo_mode_the_views_refuse_too(demo, settings):
    settings.DEMO = False
    assert demo.get("/demo/").status_code == 404
    assert enter(demo).status_code == 404


def test_a_sign_in_by_get_is_refused(demo):
    assert demo.get("/demo/sign-in/").status_code == 405


def test_staff_and_strangers_do_not_enter_the_portal(demo):
    User.objects.create_user("someone@acme.example")
    for email in ("root@operator.example", "someone@acme.example", "", "\0"):
        assert enter(demo, email).status_code == 404


@pytest.mark.parametrize("process", ["portal", "backoffice"])
@pytest.mark.parametrize(("flag", "word"), [("0", "absent"), ("1", "exists")])
def test_the_routes_exist_in_the_demo_only(process, flag, word):
    environment = {
        **os.environ,
        "VMS_DEMO": flag,
        "VMS_PROCESS": process,
        "DJANGO_SETTINGS_MODULE": "vms_portal.settings",
    }
    answer = subprocess.run(
        [sys.executable, "-c", ROUTES],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    *routes, patterns = answer.stdout.splitlines()
    assert [line.split()[0] for line in routes] == [word] * 4
    assert patterns == ("patterns []" if flag == "0" else "patterns ['demo/']")


def test_everybody_really_has_a_password_and_a_code(demo):
    user = User.objects.get(email="sam@operator.example")
    assert user.check_password(people.password())
    assert len(people.code_of(user, 1_790_000_000)) == 6
    assert people.code_of(user, 1_790_000_000) != people.code_of(user, 1_790_000_900)
    assert user.is_staff
    assert not user.is_superuser


def test_loading_twice_changes_nothing(demo):
    before = User.objects.count(), Member.objects.count(), AuditEvent.objects.count()
    load()
    after = User.objects.count(), Member.objects.count(), AuditEvent.objects.count()
    assert before == after


def test_the_inbox_shows_what_was_sent(demo, settings, capsys):
    from django.core.mail import get_connection, send_mail

    backend = get_connection("demo.mailbox.DemoEmailBackend")
    send_mail(
        "Bonjour é",
        "<b>text</b> http://localhost/x",
        "a@b.example",
        ["c@d.example"],
        connection=backend,
    )
    assert mailbox.newest()[0].subject == "Bonjour é"
    text = demo.get("/demo/inbox/").text
    assert "Bonjour é" in text
    assert "&lt;b&gt;text" in text
    assert 'href="http://localhost/x"' in text
    assert "Bonjour" in capsys.readouterr().out


def test_the_log_shows_no_link_that_opens_something(demo, capsys):
    from django.core.mail import get_connection, send_mail

    links = (
        "http://localhost:8000/invitations/join_Abc-123/",
        "http://localhost:8001/account/password/reset/key/a-dip5hs-d27984/",
    )
    send_mail(
        "Come in",
        "\n".join(links),
        "a@b.example",
        ["c@d.example"],
        connection=get_connection("demo.mailbox.DemoEmailBackend"),
    )
    printed = capsys.readouterr().out
    assert "Come in" in printed
    assert "Abc-123" not in printed
    assert "d27984" not in printed
    assert all(link in mailbox.newest()[0].text for link in links)


def test_who_gave_the_password_is_shown_the_code(demo):
    """The real sign-in can be tried without a telephone."""
    assert "<code>" not in demo.get("/demo/code/").text
    secret = people.password()
    answer = demo.post(
        "/account/login/", {"login": "alice@acme.example", "password": secret}
    )
    assert answer.url == "/account/2fa/authenticate/"
    assert 'hx-get="/demo/code/"' in demo.get(answer.url).text

    (code,) = re.findall(r"<code>(\d{6})</code>", demo.get("/demo/code/").text)
    entered = demo.post("/account/2fa/authenticate/", {"code": code})

    assert entered.url == "/"


def test_the_code_is_nobody_elses(demo, settings):
    demo.post(
        "/account/login/",
        {"login": "alice@acme.example", "password": people.password()},
    )
    assert demo.get("/demo/code/", REMOTE_ADDR="192.0.2.7").status_code == 404
    settings.DEMO = False
    assert demo.get("/demo/code/").status_code == 404
    assert "/demo/code/" not in demo.get("/account/2fa/authenticate/").text


def test_who_came_in_by_the_button_is_told_what_to_confirm_with(demo):
    assert "demo-" not in demo.get("/demo/code/").text
    enter(demo)
    page = demo.get("/account/reauthenticate/").text
    assert 'hx-get="/demo/code/"' in page
    told = demo.get("/demo/code/").text
    assert people.password() in told
    alice = User.objects.get(email="alice@acme.example")
    assert people.code_of(alice, time.time()) in told


def test_the_button_counts_as_a_fresh_sign_in(demo):
    enter(demo)
    form = {"name": "Reports", "scopes": ["numbers:read"], "days": "30"}
    assert "vms_" in demo.post("/tokens/", form).text


def test_the_list_says_who_is_who(demo, acting_as):
    text = demo.get("/demo/").text
    assert "Consultant of ACME and GLOBEX" in text
    assert re.search(r"Customer ACME\s*</h2>", text)
    assert 'hx-select-oob="#seconds, #code-' in text
    robin = [p for p in people.PEOPLE if p.name == "Robin Root"]
    assert [p.role_name() for p in robin] == ["Administrator"]
