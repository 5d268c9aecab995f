"""Olga, whose session ends while she fills in a form."""

import time

import pytest
from django.contrib.auth.hashers import make_password

from tenants.models import Member

PASSWORD = "tulips in the rain"
FORM = {"to": "", "other": "0470 98 76 54", "until": "4h", "reason": "Fair in Liège"}


@pytest.fixture
def olga(operator_member) -> Member:
    operator_member.user.password = make_password(PASSWORD)
    operator_member.user.save()
    return operator_member


@pytest.fixture
def page(number) -> str:
    return f"/numbers/{number.pk}/"


def end_session(client) -> None:
    session = client.session
    session["seen_at"] = time.time() - 10 * 60 * 60
    session.save()


def lose_session(client) -> None:
    client.session.delete()


@pytest.fixture
def divert(client, olga, page, settings):
    """Send the form of a diversion from its page, after the session ended."""

    def send(end=end_session, fields=None, **headers):
        client.force_login(olga.user)
        end(client)
        headers = {"referer": settings.PORTAL_URL + page, **headers}
        form = {**FORM, **(fields or {})}
        return client.post(f"{page}divert/", form, headers=headers)

    return send


def sign_in(client, olga, answer) -> str:
    """Sign in where the answer leads; return the page one comes to."""
    form = {"login": olga.user.email, "password": PASSWORD}
    return client.post(answer["Location"], form)["Location"]
