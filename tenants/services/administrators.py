"""The back office's administrators: somebody is always left who can sign in."""

from django.db import transaction

from tenants.models import User
from tenants.services import authors
from vms_portal.kernel.data.locks import Lock


class LastAdministrator(Exception):
    """Nobody else administers the back office."""


def take_turns() -> None:
    """Wait for whoever else changes a person of the back office."""
    Lock.ADMINISTRATORS.take()


@transaction.atomic
def decide_on(*, person: User, by: User, is_able: bool) -> None:
    """Lock a person whom staff change; ``is_able`` as an administrator after it.

    ``LastAdministrator``, ``NoLongerAble``. Two who take the right from each other
    take turns, without a row that either would wait for.
    """
    take_turns()
    if person.pk == by.pk:
        authors.lock_staff(by)
    else:
        authors.take_turns(person.pk)
        authors.require_still(by, None)
    if not is_able and is_last(person):
        raise LastAdministrator(person)


def is_last(person: User) -> bool:
    """Is the person an administrator, and nobody else who can sign in?"""
    able = User.objects.filter(is_superuser=True, is_staff=True, is_active=True)
    others = able.exclude(pk=person.pk)
    is_one = able.filter(pk=person.pk).exists()
    return is_one and not any(one.has_usable_password() for one in others)
