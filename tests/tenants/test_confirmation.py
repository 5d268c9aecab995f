"""What outlives a session asks once more who is there."""

import pytest
from django.contrib.auth.hashers import make_password

from tenants.models import ApiToken, Invitation, Member

PASSWORD = "tulips in the rain"
ACTS = {
    "/tokens/": (
        {"name": "Reports", "scopes": ["routing:write"], "days": "30"}, ApiToken,
    ),
    "/team/invite/": ({"email": "new@elsewhere.example", "role": "editor"}, Invitation),
}  # fmt: skip


@pytest.fixture
def borrowed(client, admin):
    """An open browser of an administrator who signed in a while ago."""
    admin.user.password = make_password(PASSWORD)
    admin.user.save()
    client.force_login(admin.user)
    return client


@pytest.mark.parametrize("address", ACTS)
def test_a_borrowed_browser_makes_no_way_in(borrowed, address):
    form, made = ACTS[address]
    asked = borrowed.post(address, form)
    assert "reauthenticate" in asked["Location"]
    assert not made.objects.exists()
    borrowed.post(asked["Location"], {"password": PASSWORD})
    assert made.objects.count() == 1


def test_a_borrowed_browser_raises_nobody(borrowed, viewer):
    address = f"/team/{viewer.pk}/"
    asked = borrowed.post(address, {"role": "admin", "expected": "viewer"})
    assert "reauthenticate" in asked["Location"]
    assert Member.objects.get(pk=viewer.pk).role == "viewer"
    borrowed.post(asked["Location"], {"password": PASSWORD})
    assert Member.objects.get(pk=viewer.pk).role == "admin"


def test_the_wrong_password_opens_nothing(borrowed):
    form, made = ACTS["/tokens/"]
    asked = borrowed.post("/tokens/", form)
    borrowed.post(asked["Location"], {"password": "guessed"})
    assert not made.objects.exists()
