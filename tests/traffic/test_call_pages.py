"""Who sees which calls, and which digits of a caller, on every page of calls."""

import re

import pytest

from numbers.models import NumberAccess, Site
from tenants.models import User
from tests.support.call_pages import EXPORT, HTMX, LIST, ago, detail, home, ids
from tests.support.calls import make_call

pytestmark = pytest.mark.usefixtures("clock")


def without_token(response) -> str:
    """The page without what differs from one answer to the next."""
    return re.sub(r"[A-Za-z0-9]{64}", "", response.content.decode())


@pytest.fixture
def foreign_number(globex, make_contract, make_number):
    place = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    return make_number(make_contract(globex), place, "+3292501400")


@pytest.mark.parametrize("role", ["admin", "editor"])
def test_administrators_and_editors_see_whole_callers(client, role, number, request):
    call = make_call(number, ago(hours=1), caller="+32475123456")
    client.force_login(request.getfixturevalue(role).user)
    for address in (LIST, detail(call), f"/calls/panels/numbers/{number.pk}/"):
        assert "+32 475 12 34 56" in client.get(address, headers=HTMX).content.decode()
    assert "+32 475 12 34 56" in client.get(EXPORT).content.decode()


@pytest.mark.parametrize("role", ["operator_member", "finance", "viewer"])
def test_other_roles_see_callers_without_their_last_digits(
    client, role, number, request
):
    call = make_call(number, ago(hours=1), caller="+32475123456")
    client.force_login(request.getfixturevalue(role).user)
    for address in (LIST, EXPORT, detail(call), f"/calls/panels/numbers/{number.pk}/"):
        text = client.get(address, headers=HTMX).content.decode().replace(" ", "")
        assert "3456" not in text
        assert "+3247512••••" in text


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("0475 12 34 56", 1),
        ("0475 12 99 99", 1),
        ("0475 12", 1),
        ("0475 13", 0),
        ("+32475", 1),
        ("+324751234561", 0),
    ],
)
def test_searching_does_not_tell_the_hidden_digits(client, viewer, number, q, found):
    make_call(number, ago(hours=1), caller="+32475123456")
    client.force_login(viewer.user)
    assert len(ids(client.get(LIST, {"q": q}))) == found


def test_a_stranger_finds_nothing(client, stranger, number, foreign_number):
    call = make_call(number, ago(hours=1))
    theirs = make_call(foreign_number, ago(hours=1))
    client.force_login(stranger.user)

    assert ids(client.get(LIST)) == [theirs.pk]
    assert "550 12 00" not in client.get(EXPORT).content.decode()
    absent = client.get(detail(call).replace(f"/{call.pk}/", "/99999/"))
    answer = client.get(detail(call))
    assert answer.status_code == absent.status_code == 404
    assert without_token(answer) == without_token(absent).replace(
        "/99999/", f"/{call.pk}/"
    )
    panel = client.get(f"/calls/panels/numbers/{number.pk}/")
    assert panel.status_code == 404
    assert client.get(LIST, {"number": number.e164}).context["form"].errors
    assert home(client).counts.offered == 1


def test_a_narrowed_member_sees_the_calls_of_their_numbers_only(
    client, acme, make_member, number, other_number
):
    member = make_member(acme, "viewer", sees_all_numbers=False)
    NumberAccess.objects.create(tenant=acme, member=member, number=other_number)
    hidden = make_call(number, ago(hours=1))
    shown = make_call(other_number, ago(hours=2))
    client.force_login(member.user)

    assert ids(client.get(LIST)) == [shown.pk]
    assert client.get(detail(hidden)).status_code == 404
    assert client.get(detail(shown)).status_code == 200
    assert "550 12 00" not in client.get(EXPORT).content.decode()
    assert client.get(f"/calls/panels/numbers/{number.pk}/").status_code == 404
    assert home(client).counts.offered == 1
    assert client.get("/statistics/").context["total"].offered == 1


@pytest.mark.parametrize(
    "address",
    [
        LIST,
        EXPORT,
        "/calls/2026-11-23/1/",
        "/calls/panels/home/",
        "/calls/panels/numbers/1/",
        "/statistics/",
        "/statistics/export/day/",
    ],
)
def test_nobody_signed_in_is_sent_to_sign_in(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert "login" in response.url


@pytest.mark.parametrize("address", [LIST, EXPORT, "/statistics/"])
def test_who_is_no_member_is_refused(client, db, address):
    client.force_login(User.objects.create_user("alone@example.org"))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/calls/2026-11-31/1/",
        "/calls/1999-01-01/1/",
        "/calls/9999-12-31/1/",
        f"/calls/2026-11-23/{10**30}/",
        f"/calls/panels/numbers/{10**30}/",
        "/statistics/export/nothing/",
    ],
)
def test_addresses_that_lead_nowhere(client, viewer, address):
    client.force_login(viewer.user)
    assert client.get(address).status_code == 404
