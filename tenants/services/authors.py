"""Who makes what outlives a session, as they are when it is written."""

from operator import attrgetter

from django.core.exceptions import PermissionDenied

from tenants.models import Member, User
from vms_portal.kernel.data import row_security


class NoLongerAble(PermissionDenied):
    """Access, password or address went while the request waited for its turn."""


def lock_member(by: Member) -> Member:
    """Lock a member and their person: who takes something away withdraws after it.

    ``NoLongerAble``.
    """
    with row_security.person_scope(by.user_id):
        rows = Member.objects.for_tenant(by.tenant).filter(is_active=True)
        locked = rows.select_for_update(of=("self", "user"))
        found = locked.select_related("user", "tenant").filter(pk=by.pk)
        current: Member | None = found.first()
    if current is None or not _is_unchanged(by.user, current.user):
        raise NoLongerAble(by)
    return current


def as_now(by: Member) -> Member:
    """Return a member as they are by now, for an act that waited for its turn.

    Asked once the lock is held that acts take turns by: what was decided on the
    member before is seen then, and what comes later comes after the act.
    ``NoLongerAble`` also with another role, or shown some numbers instead of all.
    """
    rows = Member.objects.for_tenant(by.tenant).filter(is_active=True, role=by.role)
    found = rows.select_related("user", "tenant").filter(pk=by.pk)
    current: Member | None = found.first()
    if current is None or not _is_unchanged(by.user, current.user):
        raise NoLongerAble(by)
    if by.sees_all_numbers and not current.sees_all_numbers:
        raise NoLongerAble(by)
    return current


def take_turns(user_id: int) -> None:
    """Lock a person, whatever became of them, against others who decide on them."""
    with row_security.person_scope(user_id):
        User.objects.select_for_update().get(pk=user_id)


def lock_person(by: User) -> User:
    """Lock a person as the request found them. ``NoLongerAble``."""
    with row_security.person_scope(by.pk):
        return lock_staff(by)


def lock_staff(by: User) -> User:
    """The same for staff. ``NoLongerAble``."""
    current = User.objects.select_for_update().filter(pk=by.pk).first()
    if current is None or not _is_unchanged(by, current):
        raise NoLongerAble(by)
    return current


def _is_unchanged(before: User, now: User) -> bool:
    """What a session is made under, without the key that only web processes have."""
    made_under = attrgetter("password", "email", "session_generation")
    return now.is_active and made_under(before) == made_under(now)
