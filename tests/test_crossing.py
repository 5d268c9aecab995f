"""A test of the order of locks fails where nothing was crossed."""

import pytest
from django.db import transaction

from tenants.models import User
from tests.support.crossing import Lock, crossed

pytestmark = pytest.mark.django_db(transaction=True)
OF_NOBODY = Lock("SELECT FROM tenants_user WHERE id = 0 FOR UPDATE")


def row(user: User) -> Lock:
    return Lock("SELECT FROM tenants_user WHERE id = %s FOR UPDATE", [user.pk])


def lock(user: User) -> None:
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)


@pytest.fixture
def two(viewer, editor) -> tuple[User, User]:
    return viewer.user, editor.user


def test_who_locks_in_turn_ends_nobody(two):
    """The control."""
    with crossed(row(two[0]), row(two[1]), role="vms_staff") as ended:
        lock(two[0])
    assert ended == []
    with crossed(row(two[0]), None, role="vms_staff"):
        lock(two[1])


def test_what_waits_for_nothing_crosses_nothing(two):
    with (
        pytest.raises(AssertionError, match="crossings"),
        crossed(row(two[0]), row(two[1]), role="vms_staff"),
    ):
        lock(two[1])


def test_a_lock_of_nothing_crosses_nothing(two):
    for held, wanted in ((OF_NOBODY, row(two[1])), (row(two[0]), OF_NOBODY)):
        with (
            pytest.raises(AssertionError, match="id = 0"),
            crossed(held, wanted, role="vms_staff"),
        ):
            lock(two[0])


def test_what_may_not_wait_is_heard_of_when_it_does(two):
    with (
        pytest.raises(AssertionError, match="waited"),
        crossed(row(two[0]), None, role="vms_staff"),
    ):
        lock(two[0])
