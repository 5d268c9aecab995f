"""Vera, who works for two customers and signs in with a password."""

import pytest
from allauth.account.models import EmailAddress

from tenants.models import Member

PASSWORD, OTHER = "tulips in the rain", "daffodils in the sun"


@pytest.fixture
def vera(viewer, globex) -> Member:
    """A viewer of both, seen from the first."""
    Member.objects.create(tenant=globex, user=viewer.user, role=Member.Role.VIEWER)
    viewer.user.set_password(PASSWORD)
    viewer.user.save()
    EmailAddress.objects.create(
        user=viewer.user, email=viewer.user.email, verified=True, primary=True
    )
    return viewer


def sign_in(client, user) -> None:
    form = {"login": user.email, "password": PASSWORD}
    assert client.post("/account/login/", form).status_code == 302
