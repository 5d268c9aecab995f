"""Versions of a plan: all are there, and one can go back to any."""

import pytest
from django.urls import reverse

from routing.models import Calendar, PlanVersion
from tests.routing.conftest import MOBILE, make_live, ring, schedule


@pytest.fixture
def first(library, number, editor):
    first = make_live(number, ring(MOBILE), editor)
    make_live(number, schedule(MOBILE), editor)
    return first


def url(name, number, *more):
    return reverse(f"routing:{name}", args=[number.pk, *more])


def back(client, number, sequence, live):
    address = url("version_roll_back", number, sequence)
    return client.post(address, {"live": live}, follow=True)


def test_every_version_is_listed(client, number, first, viewer):
    client.force_login(viewer.user)
    text = client.get(url("version_list", number)).content.decode()
    assert "Version 1" in text
    assert "Version 2" in text


def test_a_version_is_compared_with_the_live_one(client, number, first, viewer):
    client.force_login(viewer.user)
    text = client.get(url("version_detail", number, 1)).content.decode()
    assert "Compared with the live version 2" in text
    assert "is gone" in text
    assert "Roll back" not in text


def test_rolling_back_makes_a_new_version(client, number, first, editor):
    client.force_login(editor.user)
    answer = back(client, number, 1, 2)
    assert "is live again, as version 3" in answer.content.decode()
    live = PlanVersion.objects.get(state="live")
    assert (live.sequence, live.document) == (3, first.document)


def test_rolling_back_over_a_version_nobody_looked_at_is_refused(
    client, number, first, editor
):
    make_live(number, ring("+32470999999"), editor)
    client.force_login(editor.user)
    answer = back(client, number, 1, 2)
    assert answer.status_code == 409
    assert "Another version went live" in answer.content.decode()
    assert PlanVersion.objects.get(state="live").sequence == 3


def test_a_version_that_no_longer_works_says_what_to_mend(
    client, number, first, editor
):
    make_live(number, ring(MOBILE), editor)
    Calendar.objects.all().delete()
    client.force_login(editor.user)
    answer = back(client, number, 2, 3)
    assert answer.status_code == 422
    assert "There is no calendar" in answer.content.decode()
    assert PlanVersion.objects.get(state="live").sequence == 3


def test_a_viewer_may_not_roll_back(client, number, first, viewer):
    client.force_login(viewer.user)
    assert back(client, number, 1, 2).status_code == 403


@pytest.mark.parametrize("name", ["version_list", "version_detail"])
def test_a_stranger_finds_no_version(client, number, first, stranger, name):
    more = [1] if name == "version_detail" else []
    client.force_login(stranger.user)
    assert client.get(url(name, number, *more)).status_code == 404
    assert back(client, number, 1, 2).status_code == 404


def test_a_version_that_never_was_is_not_found(client, number, first, viewer):
    client.force_login(viewer.user)
    assert client.get(url("version_detail", number, 99)).status_code == 404
