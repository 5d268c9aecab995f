"""People, and what is theirs, are locked in one order, whoever acts on them."""

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from tenants.models import Invitation, Member
from tenants.services import invitations, people
from tests.support.crossing import Lock, crossed
from tests.tenants.test_order_of_sessions import person_row

ACTS = {
    "invite": lambda by, email, now: invitations.invite(
        by=by, email=email, role="viewer", now=now
    ),
    "send again": lambda by, email, now: invitations.send_again(
        by=by, invitation=Invitation.objects.get(email=email), now=now
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ACTS)
def test_a_former_member_is_locked_in_the_order_of_people(admin, stranger, act):
    """Another act of the other customer locks them the same way round."""
    former, by = sorted([admin, stranger], key=lambda member: member.user_id)
    Member.objects.create(
        tenant=by.tenant, user=former.user, role="viewer", is_active=False
    )
    email, now = former.user.email, timezone.now()
    if act != "invite":
        ACTS["invite"](by, email, now)
    with crossed(
        person_row(former.user), person_row(by.user), role="vms_staff"
    ) as ended:
        ACTS[act](by, email, now)
    assert ended == []
    assert Invitation.objects.filter(email=email, revoked_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_staff_lock_second_steps_before_their_person(viewer, staff):
    """Who signs in with a code writes the step it is of, then their last sign-in."""
    step = Authenticator.objects.create(user=viewer.user, type="totp", data={})
    rows = "SELECT FROM mfa_authenticator WHERE id = %s FOR UPDATE"
    code = Lock(rows, [step.pk])
    with crossed(code, person_row(viewer.user), role="vms_staff") as ended:
        people.remove_second_factor(authenticator=step, by=staff)
    assert ended == []
    assert not Authenticator.objects.exists()
