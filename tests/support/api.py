"""Callers of the API: ``api(member)`` is a client with a token of that member."""

import datetime as dt

import pytest
from django.utils import timezone

from tenants.models import ApiToken, Member
from tenants.models.api_scopes import Scope
from tests.support.clients import ProcessClient
from vms_portal.kernel.data import secret_keys


@pytest.fixture
def make_token(db):
    """``make_token(member)`` returns the secret of a new token with every scope."""

    def make(member: Member, scopes=tuple(Scope.values), **fields) -> str:
        secret = secret_keys.new_secret("vms")
        expires_at = timezone.now() + dt.timedelta(days=30)
        values = {"name": "Reports", "expires_at": expires_at, **fields}
        ApiToken.objects.create(
            tenant=member.tenant,
            member=member,
            prefix=secret[: secret_keys.PREFIX_LENGTH],
            token_hash=secret_keys.digest(secret),
            scopes=list(scopes),
            **values,
        )
        return secret

    return make


@pytest.fixture
def api(make_token, acting_as):
    def make(member: Member, *scopes: str, **fields) -> ProcessClient:
        secret = make_token(member, scopes or tuple(Scope.values), **fields)
        headers = {"authorization": f"Bearer {secret}"}
        return ProcessClient("portal", acting_as, headers=headers)

    return make
