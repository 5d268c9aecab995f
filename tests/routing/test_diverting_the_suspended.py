"""Who diverts a suspended number hears that its calls are not connected."""

import html

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.models import GeographicNumber
from routing.models import Override
from tests.routing.test_divert_page import sent, url

WAITS = "Suspended: calls are not connected. The diversion takes effect after that"


def said(answer) -> list[tuple[str, str]]:
    return [(m.level_tag, m.message) for m in answer.context["messages"]]


def suspend(number) -> None:
    GeographicNumber.objects.filter(pk=number.pk).update(suspended_at=timezone.now())


@pytest.mark.parametrize("until", ["4h", "stop"])
def test_a_suspended_number_is_not_said_to_go_anywhere(client, number, editor, until):
    suspend(number)
    client.force_login(editor.user)
    answer = client.post(url("divert", number), sent(until=until), follow=True)
    ((level, text),) = said(answer)
    assert level == "warning"
    assert text.startswith(f"+32 2 550 12 00: {WAITS}")
    assert Override.objects.get().is_in_force(timezone.now())


def test_the_suspended_among_many_are_named(
    client, number, second, make_number, contract, site, editor
):
    third = make_number(contract, site, "+3225501209")
    suspend(second)
    suspend(third)
    client.force_login(editor.user)
    ids = [number.pk, second.pk, third.pk]
    data = sent(ids=ids, until="stop")
    answer = client.post(reverse("routing:bulk_divert"), data, follow=True)
    (done, waits) = said(answer)
    assert done[0] == "success"
    assert done[1].startswith("Calls to +32 2 550 12 00 now go to +32 470 11 22 33")
    assert waits[0] == "warning"
    assert waits[1].startswith(f"+32 2 550 12 01, +32 2 550 12 09: {WAITS}")
    assert Override.objects.count() == 3


def test_those_in_service_are_told_as_before(client, number, second, editor):
    client.force_login(editor.user)
    data = sent(ids=[number.pk, second.pk], until="stop")
    answer = client.post(reverse("routing:bulk_divert"), data, follow=True)
    ((level, text),) = said(answer)
    assert level == "success"
    assert text.startswith("Calls to 2 numbers now go to +32 470 11 22 33")


def test_hundreds_are_not_named_one_by_one(
    client, number, make_number, contract, site, editor
):
    others = [make_number(contract, site, f"+32255013{n:02}") for n in range(22)]
    for one in (number, *others):
        suspend(one)
    client.force_login(editor.user)
    ids = [number.pk, *(one.pk for one in others)]
    data = sent(ids=ids, until="stop")
    answer = client.post(reverse("routing:bulk_divert"), data, follow=True)
    ((level, text),) = said(answer)
    assert level == "warning"
    assert text.count("+32 2 550 1") == 20
    assert "and 3 more" in text


def test_the_question_of_many_names_those_that_stay_suspended(
    client, number, second, editor
):
    suspend(second)
    client.force_login(editor.user)
    ask = reverse("routing:bulk_divert") + f"?ids={number.pk}&ids={second.pk}"
    page = html.unescape(client.get(ask).text)
    assert f"+32 2 550 12 01: {WAITS}" in page
    assert "+32 2 550 12 00: " not in page
