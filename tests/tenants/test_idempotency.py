"""A write sent twice happens once."""

from functools import partial

import pytest
from django.test import override_settings

from numbers.models import Site
from tenants.models import IdempotencyKey, Member
from tests.support.races import at_once

ADDRESSES = "tests.support.api_urls"
URL = "/api/v1/sites/"
GHENT = {"name": "Ghent", "slug": "ghent"}


def send(client, body=GHENT, key="k-1"):
    client.urlconf = ADDRESSES
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(URL, body, "application/json", headers=headers)


def test_the_second_gets_the_answer_of_the_first(api, editor):
    client = api(editor)
    first, second = send(client), send(client)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Site.objects.count() == 1


def test_another_request_under_the_same_key_is_told(api, editor):
    client = api(editor)
    send(client)
    answer = send(client, {"name": "Liège", "slug": "liege"})
    assert answer.status_code == 409
    assert answer.json()["error"] == "idempotency_key_reused"
    assert Site.objects.count() == 1


def test_another_person_does_not_get_the_stored_answer(api, editor, admin):
    send(api(editor))
    assert send(api(admin)).status_code == 409


def test_customers_do_not_share_keys(api, editor, stranger):
    assert send(api(editor)).status_code == 201
    assert send(api(stranger)).status_code == 201


@pytest.mark.parametrize("slug", ["not a slug", "refused"])
def test_a_refused_request_changes_nothing_and_may_be_sent_again(api, editor, slug):
    client = api(editor)
    assert send(client, {"name": "Ghent", "slug": slug}).status_code == 400
    assert not Site.objects.exists()
    assert not IdempotencyKey.objects.exists()
    assert send(client).status_code == 201


def test_without_a_key_each_request_counts(api, editor):
    client = api(editor)
    assert send(client, key=None).status_code == 201
    assert (
        send(client, {"name": "Ghent", "slug": "ghent-2"}, key=None).status_code == 201
    )


@pytest.mark.parametrize("key", ["", "x" * 81, "é", "a\tb"])
def test_a_key_that_cannot_be_stored_is_refused(api, editor, key):
    assert send(api(editor), key=key).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_write_once(api, editor):
    clients = [api(editor) for _ in range(10)]
    with override_settings(ROOT_URLCONF=ADDRESSES):
        answers = at_once(*(partial(send, client) for client in clients))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Site.objects.count() == 1


def test_no_stored_answer_about_what_is_not_shown_any_more(api, editor, number):
    client, url = api(editor), f"/api/v1/numbers/{number.pk}/divert/"

    def divert():
        headers = {"Idempotency-Key": "k-1"}
        wanted = {"destination": "line"}
        return client.post(url, wanted, "application/json", headers=headers)

    assert divert().status_code == 201
    assert divert().headers["Idempotency-Replayed"] == "true"
    Member.objects.filter(pk=editor.pk).update(sees_all_numbers=False)
    assert divert().status_code == 404
