"""Every state of what numbers share is kept, and any of them can come back.

A state is kept in the transaction that makes it, under the customer's routing lock.
What was there before the first change is kept too, without a name or a moment.
"""

import datetime as dt
import hashlib
import json
from typing import Any

from django.db.models import Max

from numbers.models import GeographicNumber
from numbers.selectors import by_digits
from routing.models import (
    Announcement,
    Calendar,
    RoutingSettings,
    ScreeningRule,
    SharedVersion,
)
from tenants.models import Member, Tenant
from vms_portal.kernel.telephony import beginning, is_home

Json = dict[str, Any]
Kind = SharedVersion.Kind


class SharedChanged(Exception):
    """Somebody saved another state since the form was opened."""


def state_of(tenant: Tenant, kind: str, key: str = "") -> Json | None:
    """Return the present state as it is kept; None when there is no such thing."""
    if kind == Kind.CALENDAR:
        calendar = Calendar.objects.for_tenant(tenant).filter(slug=key).first()
        if calendar is None:
            return None
        return {"name": calendar.name, "definition": calendar.definition}
    if kind == Kind.ANNOUNCEMENT:
        rows = list(Announcement.objects.for_tenant(tenant).filter(slug=key))
        if not rows:
            return None
        return {"name": rows[0].name, "texts": {r.language: r.text for r in rows}}
    if kind == Kind.SAFETY:
        settings = RoutingSettings.objects.for_tenant(tenant).first()
        return {"destination": settings.safety_destination if settings else ""}
    return {"rules": _rules(tenant)}


def fingerprint(tenant: Tenant, kind: str, key: str = "") -> str:
    """Return a short text that changes with the present state."""
    state = json.dumps(state_of(tenant, kind, key), sort_keys=True)
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def refuse_changed(tenant: Tenant, expected: str, kind: str, key: str = "") -> None:
    """``SharedChanged`` when the state is not the one that was read; "" asks not."""
    if expected and expected != fingerprint(tenant, kind, key):
        raise SharedChanged(kind)


def keep_before(tenant: Tenant, kind: str, key: str = "") -> None:
    """Keep what is there before its first change, so that it can come back."""
    if key or kind in (Kind.SAFETY, Kind.CALLERS):
        state = state_of(tenant, kind, key)
        if state is not None and not _versions(tenant, kind, key).exists():
            _keep(tenant, kind, key, state)


def keep(member: Member, now: dt.datetime, kind: str, key: str = "") -> None:
    """Keep the state a change just made, unless nothing changed."""
    state = state_of(member.tenant, kind, key)
    last = _versions(member.tenant, kind, key).first()
    if state is not None and (last is None or last.content != state):
        _keep(member.tenant, kind, key, state, saved_by=member.user, saved_at=now)


def slugs_kept(tenant: Tenant, kind: str, begins: str) -> set[str]:
    """Return slugs that have a history: a new thing never continues an old one's."""
    kept = SharedVersion.objects.for_tenant(tenant).filter(kind=kind)
    begun = kept.filter(key__startswith=begins)
    return set(begun.values_list("key", flat=True))


def rules_of(version: SharedVersion) -> list[Json]:
    """Return the caller rules a version holds, as they were meant.

    Versions of before hold callers with a national prefix behind their country code,
    which no caller has. One that begins no number, or would be everybody in Belgium
    (+320), stays as it is.
    """
    rules: list[Json] = version.content["rules"]
    return [{**rule, "prefix": _meant(rule["prefix"])} for rule in rules]


def numbers_of(
    rules: list[Json], tenant: Tenant, today: dt.date
) -> dict[str, GeographicNumber]:
    """Return the numbers kept rules name, as far as the customer has them."""
    wanted = {rule["number"] for rule in rules if rule["number"]}
    mine = GeographicNumber.objects.for_tenant(tenant).filter(e164__in=wanted)
    return by_digits(mine, today)


def _meant(prefix: str) -> str:
    start = beginning(prefix)
    return prefix if start is None or is_home(start) else start


def _rules(tenant: Tenant) -> list[Json]:
    rows = ScreeningRule.objects.for_tenant(tenant).select_related("number")
    rules = [
        {
            "kind": row.kind,
            "prefix": row.prefix,
            "number": row.number.e164 if row.number else "",
        }
        for row in rows
    ]
    return sorted(
        rules, key=lambda rule: (rule["kind"], rule["prefix"], rule["number"])
    )


def _versions(tenant: Tenant, kind: str, key: str) -> Any:
    return SharedVersion.objects.for_tenant(tenant).filter(kind=kind, key=key)


def _keep(tenant: Tenant, kind: str, key: str, state: Json, **by: Any) -> None:
    last = _versions(tenant, kind, key).aggregate(Max("sequence"))["sequence__max"]
    SharedVersion.objects.create(
        tenant=tenant, kind=kind, key=key, sequence=(last or 0) + 1, content=state, **by
    )
