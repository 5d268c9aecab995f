"""A header names no other path: the rules look at the path that is answered."""

import pytest
from django.conf import settings
from django.urls import reverse

from tests.support.signed_in import age


@pytest.mark.parametrize("prefix", ["/static/", "/static", "/healthz", "/api/"])
def test_the_second_factor_is_asked_whatever_the_prefix(client, admin, prefix):
    client.force_login(admin.user, second_factor=False)
    page = reverse("tenants:member_list")
    assert client.get(page).url == reverse("mfa_index")
    assert client.get(page, SCRIPT_NAME=prefix).status_code == 302


@pytest.mark.parametrize("prefix", ["/static/", "/metrics"])
def test_a_session_ends_whatever_the_prefix(client, viewer, prefix):
    client.force_login(viewer.user)
    age(client, seen_at=settings.SESSION_IDLE_SECONDS + 60)
    answer = client.get("/account/sessions/", SCRIPT_NAME=prefix)
    assert not answer.wsgi_request.user.is_authenticated
