"""Who makes what outlives a session, as they are when it is written."""

from operator import attrgetter

from tenants.models import ApiToken, Member, User
from vms_portal.kernel.api.conflict import EndedOnTheWay
from vms_portal.kernel.data import row_security


class NoLongerAble(EndedOnTheWay):
    """Access, password or address went while the request waited for its turn."""

    def __init__(self, by: Member | User) -> None:
        # What an exception is given, the API says.
        super().__init__()
        self.by = by


def lock_member(by: Member) -> Member:
    """Lock a member and their person: who takes something away withdraws after it.

    ``NoLongerAble``.
    """
    with row_security.person_scope(by.user_id):
        rows = Member.objects.for_tenant(by.tenant).filter(is_active=True)
        locked = rows.select_for_update(of=("self", "user"))
        mine = locked.select_related("user", "tenant").filter(pk=by.pk)
        current: Member | None = mine.first()
    if current is None or not current.tenant.is_active:
        raise NoLongerAble(by)
    return _as_found(by, current)


def as_now(by: Member) -> Member:
    """Return a member as they are by now, for an act that waited for its turn.

    Asked once the lock is held that acts take turns by: what was decided on the
    member before is seen then, and what comes later comes after the act.
    ``NoLongerAble`` also with another role, shown some numbers instead of all, or
    with the API token withdrawn that asked.
    """
    rows = Member.objects.for_tenant(by.tenant).filter(is_active=True, role=by.role)
    able = rows.filter(tenant__is_active=True, pk=by.pk)
    current: Member | None = able.select_related("user", "tenant").first()
    if current is None or (by.sees_all_numbers and not current.sees_all_numbers):
        raise NoLongerAble(by)
    return _as_found(by, current)


def take_turns(user_id: int) -> None:
    """Lock a person, whatever became of them, against others who decide on them."""
    with row_security.person_scope(user_id):
        User.objects.select_for_update().get(pk=user_id)


def lock_person(by: User) -> User:
    """Lock a person as the request found them. ``NoLongerAble``."""
    with row_security.person_scope(by.pk):
        return lock_staff(by)


def lock_staff(by: User) -> User:
    """The same for staff. ``NoLongerAble``.

    What the request changes of the person from here on is its own doing.
    """
    current = User.objects.select_for_update().filter(pk=by.pk).first()
    if current is None or not _is_unchanged(by, current):
        raise NoLongerAble(by)
    by.is_held = True
    return current


def require_still(user: User, member: Member | None) -> None:
    """Ask at the end of a request whether who sent it may still do what it did.

    Whatever it waited for, with or without a service: what was taken from its author
    meanwhile is seen here, and the request undone. ``NoLongerAble``.
    """
    if user.is_held or (member is not None and member.is_held):
        return
    if member is not None:
        with row_security.tenant_scope(member.tenant_id):
            as_now(member)
        return
    with row_security.person_scope(user.pk):
        current = User.objects.filter(pk=user.pk).first()
    if current is None or not _is_unchanged(user, current):
        raise NoLongerAble(user)


def has_ended(token: ApiToken) -> bool:
    """Was the token withdrawn, or its member, person or customer disabled, by now?"""
    able = {f"member__{of}is_active": True for of in ("", "user__", "tenant__")}
    with row_security.tenant_scope(token.tenant_id):
        mine = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
        return not mine.filter(**able).exists()


def _as_found(by: Member, current: Member) -> Member:
    if not _is_unchanged(by.user, current.user) or not _is_valid(by.token):
        raise NoLongerAble(by)
    current.token = by.token
    return current


def _is_valid(token: ApiToken | None) -> bool:
    if token is None:
        return True
    return ApiToken.objects.filter(pk=token.pk, revoked_at=None).exists()


def _is_unchanged(before: User, now: User) -> bool:
    """What a session is made under, without the key that only web processes have."""
    made_under = attrgetter("password", "email", "session_generation")
    return now.is_active and made_under(before) == made_under(now)
