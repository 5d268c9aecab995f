"""API tokens end with what they were made under (docs/adr/0025)."""

import datetime as dt
from collections.abc import Callable

from django.db import models, transaction

from tenants.audit.record import Actor, record
from tenants.models import ApiToken, Member, Tenant, User
from tenants.models.api_scopes import scopes_of
from tenants.services.warning_mail import TOKENS_ENDED, warn
from vms_portal.kernel.data import row_security

# Why, as the audit trail keeps it (tenants/audit/details.py).
NEW_PASSWORD = "new_password"  # noqa: S105 - a reason
ROLE_CHANGED = "role_changed"
ACCESS_ENDED = "access_ended"
NEW_ADDRESS = "new_address"
STEP_REMOVED = "step_removed"


def live_tokens(*, user: User, now: dt.datetime) -> list[ApiToken]:
    """Return the person's tokens that are neither over nor withdrawn, everywhere."""
    return _everywhere(user, lambda member: list(_live(member, now)))


def hold(tenant: Tenant, user: User) -> None:
    """Lock the tokens of a person with one customer."""
    mine = ApiToken.objects.for_tenant(tenant).filter(member__user=user)
    list(mine.filter(revoked_at=None).order_by("pk").select_for_update(of=("self",)))


@transaction.atomic
def withdraw_all(*, user: User, by: User, reason: str, now: dt.datetime) -> None:
    """Withdraw every token of a person, whichever customer's; they hear of it."""

    def of(member: Member) -> list[ApiToken]:
        return _withdraw(_live(member, now), by=by, reason=reason, now=now)

    _tell_later(user, _everywhere(user, of))


@transaction.atomic
def withdraw_of(*, member: Member, by: Actor, now: dt.datetime) -> None:
    """Withdraw a member's tokens: they are not to come back to life with it."""
    ended = _withdraw(_live(member, now), by=by, reason=ACCESS_ENDED, now=now)
    _tell_later(member.user, ended)


@transaction.atomic
def withdraw_beyond_role(*, member: Member, by: Member, now: dt.datetime) -> None:
    """Withdraw tokens that say more than the role: no later one is to revive them."""
    excessive = _live(member, now).exclude(
        scopes__contained_by=sorted(scopes_of(member))
    )
    ended = _withdraw(excessive, by=by, reason=ROLE_CHANGED, now=now)
    _tell_later(member.user, ended)


def _everywhere(user: User, act: Callable[[Member], list[ApiToken]]) -> list[ApiToken]:
    """What ``act`` returns for each membership, former ones too, in one order."""
    tokens: list[ApiToken] = []
    with row_security.person_scope(user.pk):
        mine = Member.objects.filter(user=user).select_related("tenant")
        for member in mine.order_by("tenant"):
            with row_security.tenant_scope(member.tenant_id):
                tokens += act(member)
    return tokens


def _live(member: Member, now: dt.datetime) -> models.QuerySet[ApiToken]:
    mine = ApiToken.objects.for_tenant(member.tenant).filter(member=member)
    return mine.filter(revoked_at=None, expires_at__gt=now).order_by("pk")


def _withdraw(
    tokens: models.QuerySet[ApiToken],
    *,
    by: Actor,
    reason: str,
    now: dt.datetime,
) -> list[ApiToken]:
    ended = list(tokens.select_for_update())
    for token in ended:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(
            actor=by,
            action="token.revoked",
            target=token,
            at=now,
            detail={"reason": reason},
        )
    return ended


def _tell_later(user: User, ended: list[ApiToken]) -> None:
    if ended:
        keys = ",".join(str(token.pk) for token in ended)
        warn(user=user, of=TOKENS_ENDED, detail=keys)
