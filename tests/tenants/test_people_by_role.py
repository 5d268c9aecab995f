"""Which people a role sees, and that staff and members are different accounts."""

import threading

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from tenants.models import Member, User
from tenants.selectors import StaffAuthor, staff_author
from tests.support.races import at_once
from tests.support.staff_groups import join_group
from vms_portal.kernel.data import row_security


def test_people_of_another_customer_are_unseen(acting_as, acme, stranger, viewer):
    with acting_as("vms_app", tenant=acme.pk):
        assert list(User.objects.all()) == [viewer.user]
    with acting_as("vms_app"):
        assert not User.objects.exists()
        assert not EmailAddress.objects.exists()
    with acting_as("vms_app", tenant=stranger.tenant_id):
        assert list(User.objects.all()) == [stranger.user]


def test_the_worker_sees_people_of_its_customer(acting_as, acme, viewer, stranger):
    with acting_as("vms_worker", tenant=acme.pk):
        assert list(User.objects.all()) == [viewer.user]
    with acting_as("vms_worker"):
        assert not User.objects.exists()
    with acting_as("vms_worker", scope="system"):
        assert User.objects.count() == 2


def test_staff_and_members_are_different_accounts(acme, staff, viewer):
    with (
        pytest.raises(IntegrityError, match="is no member"),
        transaction.atomic(),
    ):
        Member.objects.create(tenant=acme, user=staff, role=Member.Role.VIEWER)
    with (
        pytest.raises(IntegrityError, match="account of their own"),
        transaction.atomic(),
    ):
        User.objects.filter(pk=viewer.user_id).update(is_staff=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_joined_first", [True, False])
def test_nobody_becomes_both_at_once(acme, acting_as, is_joined_first):
    person = User.objects.create_user("ada@acme.example", name="Ada")
    has_acted = threading.Event()

    def join() -> None:
        with acting_as("vms_app"), transaction.atomic():
            row_security.apply(user=person.pk, tenant=acme.pk)
            Member.objects.create(tenant=acme, user=person, role=Member.Role.VIEWER)
            has_acted.set()
            # The other is on its way before this one commits.
            threading.Event().wait(0.5)

    def make_staff() -> None:
        with acting_as("vms_staff"), transaction.atomic():
            User.objects.filter(pk=person.pk).update(is_staff=True)
            has_acted.set()
            threading.Event().wait(0.5)

    def after(act) -> None:
        has_acted.wait()
        act()

    first, second = (join, make_staff) if is_joined_first else (make_staff, join)
    done, refused = at_once(first, lambda: after(second))
    assert done is None
    assert isinstance(refused, IntegrityError)


def test_the_portal_learns_whether_a_staff_author_may_still_invite(
    acting_as, staff, viewer
):
    people = {}
    for name in ("sales", "finance"):
        people[name] = User.objects.create_user(f"{name}@b.example", is_staff=True)
        join_group(people[name], name)
    with acting_as("vms_app"):
        assert staff_author(staff.pk) == StaffAuthor(True, True)
        assert staff_author(people["sales"].pk) == StaffAuthor(True, False)
        assert staff_author(people["finance"].pk) == StaffAuthor(False, False)
        assert staff_author(viewer.user_id) is None
    User.objects.filter(pk=people["sales"].pk).update(is_active=False)
    with acting_as("vms_app"):
        assert staff_author(people["sales"].pk) is None
