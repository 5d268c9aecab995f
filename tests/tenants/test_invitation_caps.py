"""So many invitations an hour, of a person and of a customer, and no more."""

import datetime as dt

import pytest
from django.utils import timezone

from tenants.services import invitations
from tenants.services.invitation_rights import TooManyInvitations

NEW = "boss@acme.example"


def test_a_person_sends_ten_in_an_hour_and_hears_when_again(client, admin):
    now = timezone.now()
    for count in range(10):
        invitations.invite(
            by=admin,
            email=f"n{count}@x.example",
            role="viewer",
            now=now - dt.timedelta(minutes=count),
        )
    with pytest.raises(TooManyInvitations) as refused:
        invitations.invite(by=admin, email=NEW, role="viewer", now=now)
    assert refused.value.again_at == now + dt.timedelta(minutes=51)
    later = refused.value.again_at
    assert invitations.invite(by=admin, email=NEW, role="viewer", now=later)


def test_who_began_later_and_was_faster_counts_too(admin):
    """Requests take their moment first and then wait for their turn."""
    now = timezone.now()
    moment = dt.timedelta(milliseconds=1)
    for count in range(10):
        invitations.invite(
            by=admin,
            email=f"n{count}@x.example",
            role="viewer",
            now=now - moment * count,
        )
    with pytest.raises(TooManyInvitations):
        invitations.invite(by=admin, email=NEW, role="viewer", now=now - moment * 10)


def test_the_same_address_counts_each_time(admin):
    now = timezone.now()
    for _count in range(10):
        invitations.invite(by=admin, email=NEW, role="viewer", now=now)
    with pytest.raises(TooManyInvitations):
        invitations.invite(by=admin, email=NEW, role="viewer", now=now)


def test_a_customer_sends_twenty_in_an_hour(admin, make_member, acme):
    now = timezone.now()
    people = [admin, make_member(acme, "admin"), make_member(acme, "admin")]
    for count in range(20):
        invitations.invite(
            by=people[count % 3], email=f"n{count}@x.example", role="viewer", now=now
        )
    with pytest.raises(TooManyInvitations):
        invitations.invite(by=people[2], email=NEW, role="viewer", now=now)


def test_the_team_page_says_when_again(client, admin):
    now = timezone.now()
    for count in range(10):
        invitations.invite(
            by=admin, email=f"n{count}@x.example", role="viewer", now=now
        )
    client.force_login(admin.user)
    answer = client.post("/team/invite/", {"email": NEW, "role": "viewer"})
    assert "The next one can be sent at" in answer.text
    assert NEW in answer.text
