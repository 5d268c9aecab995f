"""Of two who invite each other, each to another customer, none waits for the other."""

import pytest
from django.utils import timezone

from tenants.models import Invitation, Member
from tenants.services import invitations
from tests.support.crossing import crossed
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
