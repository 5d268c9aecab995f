"""Diverting from the pages: told before, kept when refused, stopped once."""

import datetime as dt

import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils import timezone

from routing.models import KnownDestination, Override
from routing.services import forwarding
from tests.routing.conftest import MOBILE

HOUR = dt.timedelta(hours=1)
PASSWORD = "a-long-enough-secret"


def url(name, number):
    return reverse(f"routing:{name}", args=[number.pk])


def sent(**fields):
    return {"other": "0470 11 22 33", "until": "4h", **fields}


def test_a_number_is_diverted_for_four_hours(client, number, operator_member):
    client.force_login(operator_member.user)
    before = timezone.now()
    answer = client.post(url("divert", number), sent(reason="Flood"), follow=True)
    made = Override.objects.get()
    assert (made.destination, made.reason) == (MOBILE, "Flood")
    assert made.until is not None
    assert abs(made.until - before - 4 * HOUR) < dt.timedelta(minutes=1)
    assert "now go to +32 470 11 22 33" in answer.content.decode()
    assert "Stop diverting" in answer.content.decode()


@pytest.mark.parametrize(
    ("until", "hours"), [("1h", 1), ("stop", None)], ids=["an hour", "until stopped"]
)
def test_it_lasts_as_long_as_chosen(client, number, operator_member, until, hours):
    client.force_login(operator_member.user)
    client.post(url("divert", number), sent(until=until))
    made = Override.objects.get()
    lasts = made.until - made.starts_at if made.until else None
    assert lasts == (hours and hours * HOUR)


def test_the_end_of_the_day_is_midnight_in_belgium(client, number, operator_member):
    client.force_login(operator_member.user)
    client.post(url("divert", number), sent(until="day"))
    local = timezone.localtime(Override.objects.get().until)
    assert (local.hour, local.minute) == (0, 0)


def test_a_time_of_ones_own_is_belgian_time(client, number, operator_member):
    client.force_login(operator_member.user)
    chosen = timezone.localtime(timezone.now() + dt.timedelta(days=2))
    written = chosen.strftime("%Y-%m-%dT%H:%M")
    client.post(url("divert", number), sent(until="own", until_at=written))
    made = timezone.localtime(Override.objects.get().until)
    assert made.strftime("%Y-%m-%dT%H:%M") == written


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"other": "112"}, "emergency number"),
        ({"other": "0900 12 345"}, "paid service"),
        ({"other": ""}, "Say where the calls go"),
        ({"other": "+32 2 550 12 00"}, "this number itself"),
        ({"until": "own"}, "Say until when"),
        ({"until": "own", "until_at": "2020-01-01T10:00"}, "still to come"),
        ({"until": "own", "until_at": "2206-01-01T10:00"}, "within a year"),
        ({"until": "own", "until_at": "9999-12-31T23:59"}, "Check the year"),
        ({"until": "own", "until_at": "2027-03-28T02:30"}, "The clocks change"),
        ({"until": "own", "until_at": "2027-10-31T02:30"}, "The clocks change"),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_entered(
    client, number, operator_member, fields, said
):
    client.force_login(operator_member.user)
    data = sent(reason="Flood in Ghent", **fields)
    answer = client.post(url("divert", number), data)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert said in text
    assert "Flood in Ghent" in text
    assert not Override.objects.exists()


def test_a_used_up_daily_cap_is_told_at_the_field(client, number, editor):
    for n in range(20):
        KnownDestination.objects.create(
            tenant=number.tenant,
            e164=f"+324701122{n:02d}",
            first_used_at=timezone.now(),
            added_by=editor.user,
        )
    client.force_login(editor.user)
    answer = client.post(url("divert", number), sent(other="+32470999999"))
    assert answer.status_code == 422
    assert "20 new outside destinations" in answer.content.decode()


def test_stopping_brings_the_number_back_and_says_where(
    client, number, operator_member
):
    client.force_login(operator_member.user)
    client.post(url("divert", number), sent())
    answer = client.post(url("divert_end", number), follow=True)
    assert "is stopped" in answer.content.decode()
    assert "own line" in answer.content.decode()
    assert not Override.objects.filter(ended_at=None).exists()


def test_stopping_what_somebody_else_stopped_is_told(client, number, operator_member):
    client.force_login(operator_member.user)
    answer = client.post(url("divert_end", number))
    assert answer.status_code == 409
    assert "had ended already" in answer.content.decode()


@pytest.mark.parametrize("name", ["divert", "divert_end"])
@pytest.mark.parametrize("role", ["viewer", "finance"])
def test_who_only_looks_is_refused(client, number, request, name, role):
    client.force_login(request.getfixturevalue(role).user)
    assert client.post(url(name, number), sent()).status_code == 403


@pytest.mark.parametrize("name", ["divert", "divert_end"])
def test_a_stranger_finds_nothing_to_divert(client, number, stranger, name):
    client.force_login(stranger.user)
    assert client.post(url(name, number), sent()).status_code == 404
    assert not Override.objects.exists()


def test_a_new_outside_number_asks_to_sign_in_again_and_keeps_the_form(
    client, number, editor
):
    user = editor.user
    user.password = make_password(PASSWORD)
    user.save()
    client.force_login(user)

    asked = client.post(url("divert", number), sent(reason="Flood"))
    assert asked.status_code == 302
    assert "reauthenticate" in asked["Location"]
    assert not Override.objects.exists()

    client.post(asked["Location"], {"password": PASSWORD})
    made = Override.objects.get()
    assert (made.destination, made.reason) == (MOBILE, "Flood")


def test_a_number_used_before_asks_for_nothing(client, number, editor):
    user = editor.user
    user.password = make_password(PASSWORD)
    user.save()
    KnownDestination.objects.create(
        tenant=number.tenant, e164=MOBILE, first_used_at=timezone.now(), added_by=user
    )
    client.force_login(user)
    answer = client.post(url("divert", number), sent())
    assert answer["Location"] == url("number_detail", number)


def test_an_operator_uses_what_somebody_used_before(client, number, operator_member):
    client.force_login(operator_member.user)
    answer = client.post(url("divert", number), sent(other="+32470999999"))
    assert answer.status_code == 422
    assert "an editor or an administrator uses it first" in answer.content.decode()
    assert not Override.objects.exists()
    assert client.post(url("divert", number), sent()).status_code == 302


def test_several_numbers_are_named_first(client, number, second, operator_member):
    client.force_login(operator_member.user)
    ids = {"ids": [number.pk, second.pk]}
    text = client.get(reverse("routing:bulk_divert"), ids).content.decode()
    assert "Divert 2 numbers" in text
    assert "+32 2 550 12 00" in text
    assert "+32 2 550 12 01" in text
    assert not Override.objects.exists()


def test_several_numbers_are_diverted_together(client, number, second, editor):
    client.force_login(editor.user)
    ids = [number.pk, second.pk]
    answer = client.post(reverse("routing:bulk_divert"), sent(ids=ids))
    assert answer.status_code == 302
    assert set(Override.objects.values_list("number", flat=True)) == set(ids)


def test_one_refused_number_leaves_all_as_they_were(client, number, second, editor):
    client.force_login(editor.user)
    data = sent(ids=[number.pk, second.pk], other=second.e164)
    answer = client.post(reverse("routing:bulk_divert"), data)
    assert answer.status_code == 422
    assert "this number itself" in answer.content.decode()
    assert not Override.objects.exists()


def test_a_number_of_somebody_else_among_them_is_not_found(
    client, number, stranger, globex, make_contract, site, operator_member
):
    client.force_login(operator_member.user)
    data = sent(ids=[number.pk, 999_999])
    assert client.post(reverse("routing:bulk_divert"), data).status_code == 404
    assert not Override.objects.exists()


def test_no_number_selected_is_told(client, number, operator_member):
    client.force_login(operator_member.user)
    answer = client.post(reverse("routing:bulk_divert"), follow=True)
    assert "Select at least one number" in answer.content.decode()


def test_a_viewer_may_not_divert_several(client, number, viewer):
    client.force_login(viewer.user)
    data = sent(ids=[number.pk])
    assert client.post(reverse("routing:bulk_divert"), data).status_code == 403


def test_diverting_again_replaces_what_somebody_chose_meanwhile(
    client, number, editor, operator_member
):
    now = timezone.now()
    forwarding.divert(
        numbers=[number], destination="+32470999999", until=None, member=editor, now=now
    )
    client.force_login(operator_member.user)
    client.post(url("divert", number), sent())
    assert Override.objects.get(ended_at=None).destination == MOBILE
