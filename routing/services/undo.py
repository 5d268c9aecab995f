"""The last changes of a draft, to take back and to compare with.

They are kept in the cache for a working day: losing them, or the cache itself,
costs the undo, never the draft.
"""

import logging
from dataclasses import asdict, dataclass
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from routing.models import PlanVersion
from tenants.models import Member

Json = dict[str, Any]
logger = logging.getLogger(__name__)
KEPT = 20
SECONDS = 12 * 60 * 60


@dataclass(slots=True)
class Change:
    """``before`` was the document of revision ``old``; ``new`` is who replaced it."""

    old: int
    new: int
    person: int
    before: Json


def remember(before: PlanVersion, after: PlanVersion, member: Member) -> None:
    """Note that ``member`` replaced one state of a draft by another."""
    change = Change(before.revision, after.revision, member.user_id, before.document)
    _keep(after, [*_changes(after), change])


def last_of(draft: PlanVersion, member: Member) -> Json | None:
    """Return what the draft was before the last change, if ``member`` made it."""
    changes = _changes(draft)
    last = changes[-1] if changes else None
    is_own = last and last.new == draft.revision and last.person == member.user_id
    return last.before if last and is_own else None


def took_back(after: PlanVersion) -> None:
    """Note that the last change was taken back; the one before may follow."""
    changes = _changes(after)[:-1]
    if changes:
        changes[-1].new = after.revision
    _keep(after, changes)


def at_revision(draft: PlanVersion, revision: int) -> Json | None:
    """Return the document as it was at ``revision``, if it is still known."""
    documents = (c.before for c in reversed(_changes(draft)) if c.old == revision)
    return next(documents, None)


def _changes(draft: PlanVersion) -> list[Change]:
    try:
        kept = cache.get(_key(draft)) or []
    except (RedisError, OSError):
        logger.warning("no undo: the cache is away", exc_info=True)
        return []
    return [Change(**change) for change in kept]


def _keep(draft: PlanVersion, changes: list[Change]) -> None:
    kept = [asdict(change) for change in changes[-KEPT:]]
    try:
        cache.set(_key(draft), kept, SECONDS)
    except (RedisError, OSError):
        logger.warning("no undo: the cache is away", exc_info=True)


def _key(draft: PlanVersion) -> str:
    return f"plan-undo:{draft.tenant_id}:{draft.pk}"
