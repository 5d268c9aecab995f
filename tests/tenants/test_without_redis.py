"""What goes on while Redis is away, and what says that it cannot."""

import pytest


@pytest.fixture
def no_redis(client, settings):
    """Every cache of the portal asks a Redis that is not there."""
    nobody = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nobody}
    client.raise_request_exception = False


@pytest.mark.parametrize("address", ["/account/login/", "/account/password/reset/"])
def test_nobody_signs_in_and_the_page_says_why(client, no_redis, viewer, address):
    form = {"login": viewer.user.email, "email": viewer.user.email, "password": "x"}
    answer = client.post(address, form)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert "Nobody can sign in at this moment" in answer.text


def test_whoever_is_signed_in_goes_on(client, no_redis, viewer, number):
    client.force_login(viewer.user)
    for address in ("/numbers/", "/api/v1/numbers/"):
        assert client.get(address).status_code == 200
