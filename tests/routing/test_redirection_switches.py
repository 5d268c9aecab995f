"""The four switches of Voice Continuity on the page of a number."""

import pytest
from django.urls import reverse

from routing.models import Redirection
from tests.routing.conftest import MOBILE


def url(name, number, *more):
    return reverse(f"routing:{name}", args=[number.pk, *more])


def redirect_calls(client, number, kind="cfb", act="on", **fields):
    values = {"to": "line", "other": MOBILE, "until": "4h", **fields}
    data = {f"{kind}-{name}": value for name, value in values.items()}
    return client.post(
        url("redirection_set", number, kind), {**data, "act": act}, follow=True
    )


def test_the_number_page_shows_four_switches(client, continuity_number, viewer):
    client.force_login(viewer.user)
    answer = client.get(url("number_detail", continuity_number))
    kinds = [s.redirection.kind for s in answer.context["switches"]]
    assert kinds == ["cfu", "cfb", "cfnr", "cfnrc"]


@pytest.mark.parametrize("kind", ["cfu", "cfb", "cfnr", "cfnrc"])
def test_each_kind_is_switched_on_and_off(client, continuity_number, editor, kind):
    client.force_login(editor.user)
    extra = {"after_s": "30"} if kind == "cfnr" else {}
    redirect_calls(client, continuity_number, kind, backup_other="0470999999", **extra)
    found = Redirection.objects.get()
    assert (found.kind, found.is_on, found.backup) == (kind, True, "+32470999999")
    assert found.after_s == (30 if extra else 20)
    off = url("redirection_off", continuity_number, kind)
    assert client.post(off).status_code == 302
    found.refresh_from_db()
    assert (found.is_on, found.destination) == (False, MOBILE)
    assert client.post(off).status_code == 409


def test_preparing_changes_no_call(client, continuity_number, editor):
    client.force_login(editor.user)
    answer = redirect_calls(client, continuity_number, "cfu", act="prepare")
    found = Redirection.objects.get()
    assert (found.is_on, found.destination, found.until) == (False, MOBILE, None)
    assert "Calls are routed as before" in answer.content.decode()


def test_an_operator_switches_and_prepares_nothing(
    client, continuity_number, operator_member
):
    client.force_login(operator_member.user)
    refused = redirect_calls(client, continuity_number, "cfu", act="prepare")
    assert refused.status_code == 403
    assert not Redirection.objects.exists()
    page = client.get(url("number_detail", continuity_number)).content.decode()
    assert 'value="on"' in page
    assert 'value="prepare"' not in page
    redirect_calls(client, continuity_number, "cfu")
    assert Redirection.objects.get().is_on


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"other": "112"}, "emergency number"),
        ({"backup_other": "0900 12 345"}, "paid service"),
        ({"other": "+3225501208"}, "this number itself"),
    ],
)
def test_a_refused_redirection_says_why(
    client, continuity_number, operator_member, fields, said
):
    client.force_login(operator_member.user)
    answer = redirect_calls(client, continuity_number, **fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Redirection.objects.exists()


def test_a_number_with_another_option_has_no_such_switch(
    client, number, operator_member
):
    client.force_login(operator_member.user)
    answer = redirect_calls(client, number)
    assert answer.status_code == 409
    assert "no longer has Voice Continuity" in answer.content.decode()
    assert not Redirection.objects.exists()


def test_who_may_not_operate_switches_nothing(client, continuity_number, viewer):
    client.force_login(viewer.user)
    assert redirect_calls(client, continuity_number).status_code == 403
    off = url("redirection_off", continuity_number, "cfu")
    assert client.post(off).status_code == 403


def test_a_stranger_and_an_unknown_kind_are_not_found(
    client, continuity_number, stranger, operator_member
):
    client.force_login(stranger.user)
    assert redirect_calls(client, continuity_number).status_code == 404
    for name in ("continuity_on", "continuity_off"):
        assert client.post(url(name, continuity_number)).status_code == 404
    client.force_login(operator_member.user)
    assert redirect_calls(client, continuity_number, "cfx").status_code == 404
