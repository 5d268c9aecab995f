"""What a token may be used for, and what each role can hand to a token."""

from collections.abc import Callable, Iterable

from tenants.models import ApiToken, Member
from vms_portal.kernel.registry import Registry, Text, Words

Holds = Callable[[Member], bool]
SCOPES = Words()
_HOLDERS: Registry[Holds] = Registry()


def _everybody(member: Member) -> bool:
    return True


def add_scope(scope: str, words: Text, held_by: Holds = _everybody) -> None:
    """Add a scope, for the app whose rows it opens; roles have it by ``held_by``."""
    SCOPES.add({scope: words})
    _HOLDERS.add({scope: held_by})


def scope_words(scopes: Iterable[str]) -> list[str]:
    """Return what a token may do, in words; a scope of a later release as it is."""
    return [SCOPES.told(scope) for scope in scopes]


def scopes_of(member: Member) -> set[str]:
    """Return the scopes a member has by role; a token never has more."""
    return {scope for scope, holds in _HOLDERS.items() if holds(member)}


def granted(member: Member, token: ApiToken | None) -> set[str]:
    """Return what a request may do: the role's scopes, narrowed by its token."""
    by_role = scopes_of(member)
    return by_role if token is None else by_role.intersection(token.scopes)
