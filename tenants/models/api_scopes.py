"""What a token may be used for, and what each role can hand to a token."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import ApiToken, Member


class Scope(models.TextChoices):
    NUMBERS_READ = "numbers:read", _("Read numbers and sites")
    ROUTING_READ = "routing:read", _("Read where calls go")
    ROUTING_WRITE = "routing:write", _("Change where calls go")
    BILLING_READ = "billing:read", _("Read invoices")
    CALLS_READ = "calls:read", _("Read calls")


EVERYBODY = {Scope.NUMBERS_READ, Scope.ROUTING_READ, Scope.CALLS_READ}


def scope_words(scopes: Iterable[str]) -> list[str]:
    """Return what a token may do, in words; a scope of a later release as it is."""
    words = dict(Scope.choices)
    return [str(words.get(scope, scope)) for scope in scopes]


def scopes_of(member: Member) -> set[str]:
    """Return the scopes a member has by role; a token never has more."""
    scopes: set[str] = {str(scope) for scope in EVERYBODY}
    if member.may_operate:
        scopes.add(Scope.ROUTING_WRITE.value)
    if member.may_see_billing:
        scopes.add(Scope.BILLING_READ.value)
    return scopes


def granted(member: Member, token: ApiToken | None) -> set[str]:
    """Return what a request may do: the role's scopes, narrowed by its token."""
    by_role = scopes_of(member)
    return by_role if token is None else by_role.intersection(token.scopes)
