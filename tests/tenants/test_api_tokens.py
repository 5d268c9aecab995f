"""Who gets into the API, and how far."""

import datetime as dt

import pytest
import time_machine
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.utils import timezone

from tenants.api import throttling
from tenants.api.throttling import CustomerThrottle, WrongTokens
from tenants.models import ApiToken, Member, Tenant, User

URL = "/api/v1/numbers/"
MINUTE = dt.timedelta(minutes=1)


def refusal(answer) -> tuple[int, str]:
    assert set(answer.json()) == {"error", "message", "detail"}
    return answer.status_code, answer.json()["error"]


def test_a_token_lists_the_numbers_of_its_member(api, viewer, number):
    answer = api(viewer).get(URL)
    assert [row["e164"] for row in answer.json()["results"]] == [number.e164]


def test_a_token_sees_nothing_of_another_customer(api, stranger, number):
    client = api(stranger)
    assert client.get(URL).json()["count"] == 0
    foreign, absent = client.get(f"{URL}{number.pk}/"), client.get(f"{URL}987654/")
    assert refusal(foreign) == (404, "not_found")
    assert foreign.content == absent.content


@pytest.mark.parametrize("header", ["Bearer vms_x", "Bearer ", "bearer é", "Bearer"])
def test_an_unknown_token_is_refused(client, viewer, header):
    answer = client.get(URL, headers={"authorization": header})
    assert refusal(answer) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_without_a_token_nobody_gets_in(client):
    assert refusal(client.get(URL)) == (401, "not_authenticated")


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_at": timezone.now() - MINUTE},
        {"revoked_at": timezone.now() - MINUTE},
    ],
)
def test_an_expired_or_withdrawn_token_is_refused(api, viewer, fields):
    assert refusal(api(viewer, **fields).get(URL)) == (401, "invalid_token")


@pytest.mark.parametrize("model", [Member, User, Tenant])
def test_a_disabled_member_person_or_customer_is_out_at_once(api, viewer, model):
    client = api(viewer)
    assert client.get(URL).status_code == 200
    model.objects.update(is_active=False)
    assert refusal(client.get(URL)) == (401, "invalid_token")


def test_a_missing_scope_is_named(api, viewer):
    answer = api(viewer, "billing:read").get(URL)
    assert refusal(answer) == (403, "scope_missing")
    assert "numbers:read" in answer.json()["message"]


def test_a_token_never_does_more_than_its_members_role(api, viewer, operator_member):
    viewers, operators = api(viewer), api(operator_member)
    for client in (viewers, operators):
        client.urlconf = "tests.support.api_urls"
    body = {"name": "Ghent", "slug": "ghent"}
    assert refusal(viewers.post("/api/v1/sites/", body, "application/json")) == (
        403,
        "scope_missing",
    )
    answer = operators.post("/api/v1/sites/", body, "application/json")
    assert answer.status_code == 201


def test_use_is_noted_once_a_minute(api, viewer):
    client = api(viewer)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.get(URL)
        first = ApiToken.objects.get().last_used_at
        assert first == timezone.now()
        clock.shift(MINUTE / 2)
        client.get(URL)
        assert ApiToken.objects.get().last_used_at == first
        clock.shift(MINUTE)
        client.get(URL)
        assert ApiToken.objects.get().last_used_at == timezone.now()


def test_the_token_itself_is_stored_nowhere(make_token, viewer):
    secret = make_token(viewer)
    row = ApiToken.objects.values().get()
    assert secret not in str(row)
    assert secret.startswith(row["prefix"])


def test_a_token_wins_over_the_session_beside_it(client, make_token, viewer, stranger):
    client.force_login(viewer.user)
    header = {"authorization": f"Bearer {make_token(stranger)}"}
    assert client.get("/api/v1/numbers/", headers=header).json()["count"] == 0
    assert client.get(URL, headers=header).wsgi_request.member == stranger


def test_the_portals_session_calls_the_api(client, viewer, number):
    client.force_login(viewer.user)
    assert client.get(URL).json()["count"] == 1


def test_a_session_without_its_second_factor_is_told_as_data(client, admin):
    client.force_login(admin.user, second_factor=False)
    assert refusal(client.get(URL)) == (401, "second_factor_required")


def test_a_session_writes_only_with_the_csrf_token(client, editor):
    client.urlconf = "tests.support.api_urls"
    client.handler.enforce_csrf_checks = True
    client.force_login(editor.user)
    answer = client.post("/api/v1/sites/", {"name": "x"}, "application/json")
    assert refusal(answer) == (403, "permission_denied")
    assert "CSRF" in answer.json()["message"]


def test_a_customer_is_slowed_down_and_no_other(
    api, viewer, editor, stranger, monkeypatch
):
    cache.delete_many(
        f"throttle_customer_tenant-{member.tenant_id}" for member in (viewer, stranger)
    )
    monkeypatch.setattr(CustomerThrottle, "THROTTLE_RATES", {"customer": "3/min"})
    statuses = [api(member).get(URL).status_code for member in [viewer, editor] * 2]
    assert statuses == [200, 200, 200, 429]
    answer = api(viewer).get(URL)
    assert refusal(answer) == (429, "throttled")
    assert answer.json()["detail"]["wait_seconds"] > 0
    assert api(stranger).get(URL).status_code == 200


@pytest.fixture
def guesses(client, monkeypatch):
    """``guesses()`` tries a wrong token from one address."""
    monkeypatch.setattr(WrongTokens, "THROTTLE_RATES", {"wrong_token": "3/min"})
    cache.delete("throttle_wrong_token_192.0.2.9")

    def guess(address="192.0.2.9"):
        headers = {"authorization": "Bearer vms_guessed"}
        return refusal(client.get(URL, headers=headers, REMOTE_ADDR=address))

    return guess


def test_wrong_tokens_of_an_address_are_counted(guesses, api, viewer, number):
    assert [guesses()[0] for _try in range(4)] == [401, 401, 401, 429]
    assert guesses("192.0.2.10")[0] == 401
    valid = api(viewer).get(URL, REMOTE_ADDR="192.0.2.9")
    assert valid.status_code == 200


def test_the_addresses_of_one_network_are_counted_as_one(guesses):
    """A connection is given 2^64 addresses of IPv6, not one."""
    cache.delete("throttle_wrong_token_2001:db8:1:2::")
    tried = [guesses(f"2001:db8:1:2::{n}")[0] for n in range(4)]
    assert tried == [401, 401, 401, 429]
    assert guesses("2001:db8:1:3::1")[0] == 401


def test_limits_are_counted_while_redis_is_away(guesses, monkeypatch):
    nobody = RedisCache("redis://127.0.0.1:1/0", {})
    monkeypatch.setattr(throttling.Counter, "cache", nobody)
    throttling.ALONE.clear()
    assert [guesses()[0] for _try in range(4)] == [401, 401, 401, 429]
