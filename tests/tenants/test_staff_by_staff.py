"""The portal's database role makes nobody staff, whatever code forgets."""

import pytest
from django.db import ProgrammingError, transaction

from tenants.models import User


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_the_portal_raises_nobody(viewer, acting_as, right):
    people = User.objects.filter(pk=viewer.user_id)
    with (
        pytest.raises(ProgrammingError, match="makes nobody staff"),
        transaction.atomic(),
        acting_as("vms_app"),
    ):
        people.update(**{right: True})
    with acting_as("vms_staff"):
        assert people.update(**{right: True}) == 1


def test_the_portal_adds_no_staff(db, acting_as):
    with (
        pytest.raises(ProgrammingError, match="makes nobody staff"),
        transaction.atomic(),
        acting_as("vms_app"),
    ):
        User.objects.create_superuser("me@elsewhere.example")


def test_staff_choose_a_password_in_the_portal_too(staff, acting_as):
    with acting_as("vms_app"):
        staff.set_password("tulips in the rain")
        staff.save()
