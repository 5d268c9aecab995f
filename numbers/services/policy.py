"""What staff allow a customer to call beyond the default."""

import hashlib

from django.db import transaction

from numbers.destinations.abroad import can_be_approved
from numbers.destinations.policy import OPT_IN
from numbers.models import DestinationPolicy
from tenants.audit.record import record
from tenants.models import Tenant, User
from vms_portal.kernel.telephony import beginning
from vms_portal.kernel.work.queue import enqueue_after_commit

ALLOWED = ("opt_in", "international", "daily_cap")


class NotAllowedAbroad(Exception):
    """The text is no other country, or part of one, that may be approved."""


class PolicyChanged(Exception):
    """Somebody changed the policy since it was read."""


def fingerprint(policy: DestinationPolicy) -> str:
    """Return a short text that changes with what the policy allows."""
    state = repr([getattr(policy, name) for name in ALLOWED])
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def check_prefix(prefix: str) -> str:
    """Return what may be approved (+33, +1876, US) or raise ``NotAllowedAbroad``.

    No number begins with a national prefix behind its country code (+330).
    """
    begins_none = prefix.startswith("+") and beginning(prefix) != prefix
    if begins_none or not can_be_approved(prefix):
        raise NotAllowedAbroad(prefix)
    return prefix


def _check_kinds(opt_in: list[str]) -> list[str]:
    """Return the kinds that may be allowed, each once, or raise ``ValueError``."""
    if set(opt_in) - set(OPT_IN):
        raise ValueError(opt_in)
    return sorted(set(opt_in))


@transaction.atomic
def set_destination_policy(
    *,
    tenant: Tenant,
    opt_in: list[str],
    international: list[str],
    daily_cap: int,
    actor: User,
    reason: str = "",
    expected: str = "",
) -> DestinationPolicy:
    """Replace a customer's destination policy. ``NotAllowedAbroad``, ``ValueError``.

    ``expected`` is the ``fingerprint`` that was read: ``PolicyChanged`` when it is
    another by now, so that an approval just withdrawn does not come back.
    """
    values = {
        "opt_in": _check_kinds(opt_in),
        "international": sorted({check_prefix(prefix) for prefix in international}),
        "daily_cap": daily_cap,
    }
    policy, _made = DestinationPolicy.objects.select_for_update().get_or_create(
        tenant=tenant
    )
    if expected and fingerprint(policy) != expected:
        raise PolicyChanged(policy)
    before = {name: getattr(policy, name) for name in values}
    if before == values:
        return policy
    for name, value in values.items():
        setattr(policy, name, value)
    policy.save(update_fields=list(values))
    record(
        actor=actor,
        action="destination.policy_changed",
        target=policy,
        detail={"before": before, "after": values}
        | ({"reason": reason} if reason else {}),
    )
    enqueue_after_commit("routing.tasks.compile_plans", tenant.pk)
    return policy
