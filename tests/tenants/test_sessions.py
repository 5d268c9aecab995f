"""Whom a session serves, how long it lives, and what it needs."""

import re
import time
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from tenants.models import Member, User
from tenants.services.people import change_email
from tenants.sign_in.sessions import SessionStore
from vms_portal.kernel.data import row_security

HOME = "/account/sessions/"


def is_signed_in(client) -> bool:
    return client.get("/healthz").status_code == 200 and (
        client.get(HOME).wsgi_request.user.is_authenticated
    )


def age(client, **seconds) -> None:
    session = client.session
    for key, value in seconds.items():
        session[key] = int(time.time()) - value
    session.save()


def test_a_session_of_the_portal_opens_nothing_in_the_back_office(
    client, staff_client, staff
):
    client.force_login(staff)
    staff_client.cookies = client.cookies
    assert not is_signed_in(staff_client)
    # and the session is gone everywhere
    assert not is_signed_in(client)


def test_sessions_end_with_the_address_they_were_made_under(client, viewer, staff):
    client.force_login(viewer.user)
    assert is_signed_in(client)
    change_email(
        user=viewer.user,
        email="vera@elsewhere.example",
        by=staff,
        before=viewer.user.email,
    )
    assert not is_signed_in(client)


def test_sessions_go_on_when_only_the_name_changes(client, viewer):
    client.force_login(viewer.user)
    User.objects.filter(pk=viewer.user.pk).update(name="Vera", language="nl")
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("seen", "began", "lives"),
    [
        (settings.SESSION_IDLE_SECONDS - 60, 9000, True),
        (settings.SESSION_IDLE_SECONDS + 60, 9000, False),
        (0, settings.SESSION_LONGEST_SECONDS - 60, True),
        (0, settings.SESSION_LONGEST_SECONDS + 60, False),
    ],
)
def test_a_session_ends_unused_and_ends_anyway(client, viewer, seen, began, lives):
    client.force_login(viewer.user)
    age(client, seen_at=seen, began_at=began)
    assert is_signed_in(client) is lives


UNATTENDED = {"X-Unattended": "1"}


@pytest.mark.parametrize("process", ["client", "staff_client"])
@pytest.mark.parametrize("is_attended", [True, False])
def test_what_a_page_asks_for_by_itself_is_no_use(
    request, viewer, staff, process, is_attended
):
    browser = request.getfixturevalue(process)
    browser.force_login(viewer.user if process == "client" else staff)
    age(browser, seen_at=600)
    before = browser.session["seen_at"]
    browser.get("/", headers={} if is_attended else UNATTENDED)
    assert (browser.session["seen_at"] > before) is is_attended


def test_a_page_left_open_ends_with_its_session(client, viewer):
    client.force_login(viewer.user)
    age(client, seen_at=settings.SESSION_IDLE_SECONDS - 60)
    assert client.get("/", headers=UNATTENDED).wsgi_request.user.is_authenticated
    age(client, seen_at=settings.SESSION_IDLE_SECONDS + 1)
    assert not client.get("/", headers=UNATTENDED).wsgi_request.user.is_authenticated


def test_a_form_is_use_wherever_it_stands(client, viewer):
    """In a part that renews itself its header is inherited."""
    client.force_login(viewer.user)
    age(client, seen_at=600)
    client.post("/tokens/", {}, headers=UNATTENDED)
    assert time.time() - client.session["seen_at"] < 60


def test_every_page_that_asks_again_and_again_says_so():
    templates = Path(settings.BASE_DIR) / "templates"
    asking = {
        file.name: tag
        for file in templates.rglob("*.html")
        for tag in re.findall(
            r"<[a-z](?:[^<>]|\{%.*?%\})*hx-trigger=\"[^\"]*every [^\"]*\"[^>]*",
            file.read_text(),
        )
    }
    assert len(asking) >= 6
    silent = [name for name, tag in asking.items() if '"X-Unattended"' not in tag]
    assert silent == []


@pytest.mark.parametrize(
    "key",
    [
        "\0" * 32,
        "a" * 31 + "\0",
        # The notation in which a proxy that allows no control character lets it by.
        '"' + "\\000" * 32 + '"',
        '"' + "a" * 31 + "\\000" + '"',
        "é" * 32,
        "' OR 1=1--",
    ],
)
def test_a_cookie_that_is_no_key_is_no_session(client, db, key):
    # As the network sends it: Debian's http.cookies refuses to make such a cookie.
    header = f"{settings.SESSION_COOKIE_NAME}={key}"
    assert client.get(HOME, headers={"cookie": header}).status_code == 302


def test_a_key_in_the_header_is_a_session(client, viewer):
    """What the test above would answer if the header never came in."""
    client.force_login(viewer.user)
    key = client.cookies.pop(settings.SESSION_COOKIE_NAME).value
    header = f"{settings.SESSION_COOKIE_NAME}={key}"
    assert client.get(HOME).status_code == 302
    assert client.get(HOME, headers={"cookie": header}).status_code == 200


def test_use_keeps_a_session_alive(client, viewer):
    client.force_login(viewer.user)
    age(client, seen_at=settings.SESSION_IDLE_SECONDS - 60)
    assert is_signed_in(client)
    assert client.session["seen_at"] > time.time() - 60


def test_a_disabled_person_is_out_at_the_next_request(client, viewer):
    client.force_login(viewer.user)
    assert is_signed_in(client)
    User.objects.filter(pk=viewer.user_id).update(is_active=False)
    assert not is_signed_in(client)


def test_a_disabled_member_is_nobodys_member_at_the_next_request(client, viewer):
    client.force_login(viewer.user)
    assert client.get(HOME).wsgi_request.member == viewer
    Member.objects.filter(pk=viewer.pk).update(is_active=False)
    assert client.get(HOME).wsgi_request.member is None


def test_an_administrator_without_a_second_factor_is_sent_to_set_one_up(client, admin):
    client.force_login(admin.user, second_factor=False)
    answer = client.post(reverse("tenants:customer_switch"), {"customer": "1"})
    assert answer.url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200


def test_an_administrator_whose_factor_was_not_shown_signs_in_again(
    client, admin, settings
):
    totp.TOTP.activate(admin.user, totp.generate_totp_secret())
    client.force_login(admin.user, second_factor=False)
    answer = client.get("/account/2fa/")
    assert answer.url.startswith(reverse("account_login"))
    assert not is_signed_in(client)


def test_an_editor_needs_no_second_factor(client, editor):
    client.force_login(editor.user, second_factor=False)
    assert client.get("/account/sessions/").status_code == 200


def test_an_editor_made_administrator_needs_one_at_once(client, editor):
    client.force_login(editor.user, second_factor=False)
    Member.objects.filter(pk=editor.pk).update(role=Member.Role.ADMIN)
    assert client.get("/account/sessions/").url == reverse("mfa_index")


def test_staff_need_a_second_factor_on_every_way_in(client, staff_client, staff):
    staff_client.force_login(staff, second_factor=False)
    assert staff_client.get("/").url == reverse("mfa_index")


def test_staff_are_nobody_in_the_portal(client, staff):
    client.force_login(staff)
    assert not is_signed_in(client)


def test_customers_are_nobody_in_the_back_office(staff_client, viewer, staff):
    staff_client.force_login(viewer.user)
    assert not is_signed_in(staff_client)
    staff_client.force_login(staff)
    assert is_signed_in(staff_client)
    User.objects.filter(pk=staff.pk).update(is_staff=False, is_superuser=False)
    assert not is_signed_in(staff_client)


def test_the_language_of_the_account_is_the_language_of_the_page(client, viewer):
    client.force_login(viewer.user)
    client.post(reverse("set_language"), {"language": "nl"})
    viewer.user.refresh_from_db()
    assert viewer.user.language == "nl"
    assert client.get(HOME).headers["Content-Language"] == "nl"
    # Django itself has pages in the last two.
    for unknown in ("xx", "es", "pt-br"):
        assert client.post(reverse("set_language"), {"language": unknown})
    viewer.user.refresh_from_db()
    assert viewer.user.language == "nl"


def test_the_portals_role_sees_the_session_presented_and_no_other(
    client, acting_as, viewer, stranger
):
    """A key is all that a cookie holds: to read it is to be signed in."""
    keys = []
    for member in (viewer, stranger):
        client.cookies.clear()
        client.force_login(member.user)
        keys.append(client.session.session_key)
    mine, theirs = keys
    with acting_as("vms_app"), transaction.atomic():
        row_security.apply(session=None)
        assert list(Session.objects.all()) == []
        row_security.apply(session=mine)
        assert [row.pk for row in Session.objects.all()] == [mine]
        others = Session.objects.filter(pk=theirs)
        assert others.update(session_data="mine") == 0
        assert others._raw_delete("default") == 0
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
        ):
            Session.objects.filter(pk=mine).update(session_key="k" * 32)
        # The control: whose key is known is served.
        row_security.apply(session=theirs)
        assert others.update(session_data="mine") == 1


def everything_kept(columns: list[str]) -> str:
    """Return every text of these columns, as one."""
    found = []
    with connection.cursor() as cursor:
        for column in columns:
            table, name = column.split(".")
            cursor.execute(f"SELECT {name}::text FROM {table}")
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_nothing_the_database_keeps_or_hears_signs_in(
    client, viewer, django_assert_max_num_queries
):
    """A list of sessions, a statement seen while it runs, a stolen dump."""
    with django_assert_max_num_queries(1000) as heard:
        client.force_login(viewer.user)
        UserSession.objects.create(
            user=viewer.user, ip="192.0.2.7", session_key=client.session.session_key
        )
        assert client.get(HOME).status_code == 200
    kept = everything_kept(
        [
            "django_session.session_key",
            "django_session.session_data",
            "usersessions_usersession.session_key",
        ]
    )
    secret = client.cookies[settings.SESSION_COOKIE_NAME].value
    statements = "\n".join(query["sql"] for query in heard.captured_queries)
    assert client.session.session_key in kept
    assert client.session.session_key in statements
    assert secret not in kept
    assert secret not in statements
    for key in kept.split("\n"):
        client.cookies[settings.SESSION_COOKIE_NAME] = key
        assert client.get(HOME).status_code == 302


def test_the_cookie_keeps_its_secret_while_the_session_lasts(client, viewer):
    client.force_login(viewer.user)
    secret = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(reverse("set_language"), {"language": "nl"})
    age(client, seen_at=settings.SESSION_IDLE_SECONDS - 60)
    answer = client.get(HOME)
    assert answer.cookies[settings.SESSION_COOKIE_NAME].value == secret
    assert client.get(HOME).status_code == 200


def test_signing_in_gives_another_secret(client, viewer):
    """Whoever planted a cookie before has nothing of it."""
    client.post(reverse("set_language"), {"language": "nl"})
    planted = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.force_login(viewer.user)
    mine = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert len(mine) == len(planted)
    assert mine != planted
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert not is_signed_in(client)


def test_a_session_may_be_ended_made_and_kept_by_the_portals_role(acting_as, db):
    with acting_as("vms_app"):
        store = SessionStore()
        store["a"] = 1
        store.save()
        first = store.session_key
        store.cycle_key()
        assert SessionStore(store.session_key)["a"] == 1
        assert not SessionStore().exists(str(first))
        SessionStore().delete(store.session_key)
        assert not SessionStore().exists(str(store.session_key))
