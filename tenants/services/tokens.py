"""API tokens. The secret exists in the answer that creates it, and nowhere else."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from tenants.audit.record import record
from tenants.models import ApiToken, Member
from tenants.models.api_scopes import scopes_of
from tenants.services.authors import as_now, lock_member
from vms_portal.kernel.data import secret_keys

LONGEST = dt.timedelta(days=366)


class ScopeRefused(Exception):
    """The member's role does not have this scope."""


class TokenOver(Exception):
    """The token was withdrawn before."""


@transaction.atomic
def create_token(
    *,
    by: Member,
    name: str,
    scopes: Iterable[str],
    life: dt.timedelta,
    now: dt.datetime,
) -> tuple[ApiToken, str]:
    """Return a new token that acts as ``by``, and its secret.

    ``ScopeRefused`` for a scope the role lacks by now, ``NoLongerAble``;
    a life is capped at 366 days.
    """
    wanted = sorted(set(scopes))
    if not wanted or not scopes_of(lock_member(by)).issuperset(wanted):
        raise ScopeRefused(wanted)
    secret = secret_keys.new_secret("vms")
    token = ApiToken.objects.create(
        tenant=by.tenant,
        member=by,
        name=name,
        scopes=wanted,
        prefix=secret[: secret_keys.PREFIX_LENGTH],
        token_hash=secret_keys.digest(secret),
        expires_at=now + min(life, LONGEST),
    )
    detail = {"scopes": wanted, "expires_at": token.expires_at}
    record(actor=by, action="token.created", target=token, at=now, detail=detail)
    return token, secret


@transaction.atomic
def revoke_token(*, by: Member, token: ApiToken, now: dt.datetime) -> ApiToken:
    """Withdraw a token: the next request with it is refused.

    ``TokenOver``, ``NoLongerAble``.
    """
    rows = ApiToken.objects.for_tenant(by.tenant).select_for_update()
    current = rows.filter(pk=token.pk, revoked_at=None).first()
    if current is None:
        raise TokenOver(token)
    by = as_now(by)
    current.revoked_at = now
    current.save(update_fields=["revoked_at"])
    record(actor=by, action="token.revoked", target=current, at=now)
    return current
