"""A second step that somebody sets up is recorded in the transaction of the act."""

import pytest
from allauth.mfa.totp.internal import auth as totp

from tests.tenants.test_person_events import PASSWORD, sign_in, told, vera

__all__ = ["vera"]


def of_both(times: int) -> list[str]:
    """Vera works for two customers, and each hears of it."""
    return ["ACME: viewer-0"] * times + ["GLOBEX: viewer-0"] * times


@pytest.fixture
def set_up(client, vera):
    """``set_up(code)``: send the code of an app, as shown; a wrong one by ``code``."""
    sign_in(client, vera.user)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/2fa/totp/activate/")
    counter = next(totp.yield_hotp_counters_from_time())
    right = totp.format_hotp_value(
        totp.hotp_value(page.context["form"].secret, counter)
    )

    def send(code: str = right):
        return client.post("/account/2fa/totp/activate/", {"code": code})

    return send


def test_a_second_factor_is_recorded_when_it_comes_and_when_it_goes(client, set_up):
    """In its transaction: what allauth does after the commit never comes here."""
    set_up()
    assert told("person.second_factor_added") == of_both(2)
    client.post("/account/2fa/recovery-codes/generate/")
    assert told("person.second_factor_added") == of_both(3)
    client.post("/account/2fa/totp/deactivate/")
    assert "ACME: viewer-0" in told("person.second_factor_removed")


def test_allauth_tells_of_it_once_more_and_it_stands_there_once(
    set_up, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        set_up()
    assert told("person.second_factor_added") == of_both(2)


def test_a_second_factor_that_does_not_come_is_not_recorded(set_up, vera):
    """Nor one that nobody sets up on a page of theirs: the controls."""
    set_up("000000")
    totp.TOTP.activate(vera.user, totp.generate_totp_secret())
    assert told("person.second_factor_added") == []
