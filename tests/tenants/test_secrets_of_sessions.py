"""Nothing the database keeps or a role may read signs anybody in."""

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from tenants.sign_in.sessions import SessionStore
from tests.support.signed_in import HOME, age, is_signed_in
from vms_portal.kernel.data import row_security


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
