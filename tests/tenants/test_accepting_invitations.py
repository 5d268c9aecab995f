"""An invitation is accepted by its address, once, while its author may still invite."""

import datetime as dt
from functools import partial

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import IntegrityError
from django.utils import timezone

from numbers.models import NumberAccess
from tenants.api.throttling import WrongTokens
from tenants.models import AuditEvent, Invitation, Member, User
from tenants.services import joining, members
from tests.support.clients import ProcessClient
from tests.support.invitations import NEW, NOW, ROLE, invite
from tests.support.races import at_once

__all__ = ["invite"]
FORM = {"name": "Nora", "password": "tulips in the rain", "language": "nl"}


def test_a_new_person_accepts_and_is_in(client, invite, acme):
    link = invite()
    assert "Acme SA" in client.get(link).content.decode()
    assert client.post(link, FORM).url == "/"
    member = Member.objects.get(user__email=NEW)
    assert (member.tenant, member.role, member.user.language) == (acme, ROLE, "nl")
    assert client.get("/profile/").wsgi_request.member == member
    assert member.user.check_password(FORM["password"])
    events = AuditEvent.objects.filter(action="invitation.accepted")
    assert events.get().actor_name == "Nora"


def test_a_new_persons_first_session_is_listed_and_in_the_trail(client, invite, acme):
    """What is not in the list cannot be ended from it."""
    client.post(invite(), FORM)
    member = Member.objects.get(user__email=NEW)
    session = UserSession.objects.get(user=member.user)
    assert session.session_key == client.session.session_key
    event = AuditEvent.objects.get(action="person.signed_in")
    assert (event.tenant, event.actor_id) == (acme, member.user_id)


def test_a_new_admin_sets_a_second_step_up_first(client, invite):
    client.post(invite(role=Member.Role.ADMIN), FORM)
    assert client.get("/team/").url == "/account/2fa/"
    assert client.get("/account/2fa/totp/activate/").status_code == 200


def test_a_person_of_another_customer_accepts_when_signed_in(
    client, invite, acme, make_member, globex
):
    finance = make_member(globex, Member.Role.FINANCE)
    link = invite(finance.user.email)
    page = client.get(link).content.decode()
    assert 'name="sign_in"' in page
    assert client.post(link, FORM).status_code == 200
    client.force_login(finance.user)
    assert client.get(link).status_code == 200
    assert not Member.objects.filter(user=finance.user, tenant=acme).exists()
    client.post(link)
    assert Member.objects.get(user=finance.user, tenant=acme).role == ROLE
    assert client.get("/profile/").wsgi_request.member.tenant == acme


def test_somebody_else_cannot_use_the_link(client, invite, viewer, acme):
    link = invite()
    client.force_login(viewer.user)
    page = client.post(link)
    assert page.status_code == 200
    assert NEW in page.content.decode()
    assert Invitation.objects.get().accepted_at is None


def over(client, link) -> bool:
    answers = client.get(link), client.post(link, FORM)
    return all(
        answer.status_code == 404 and b"older than seven days" in answer.content
        for answer in answers
    )


def test_it_works_once(client, invite):
    link = invite()
    client.post(link, FORM)
    client.logout()
    assert over(client, link)


def test_it_ends_after_seven_days(client, invite):
    link = invite(now=timezone.now() - dt.timedelta(days=6, hours=23))
    assert client.get(link).status_code == 200
    assert over(client, invite(now=timezone.now() - dt.timedelta(days=7, hours=1)))


def test_a_withdrawn_or_replaced_one_is_over(client, invite, admin):
    first, second = invite(), invite()
    assert over(client, first)
    open_one = Invitation.objects.get(revoked_at=None)
    client.force_login(admin.user)
    client.post(f"/team/invitations/{open_one.pk}/withdraw/")
    client.logout()
    assert over(client, second)


def test_one_of_a_disabled_customer_is_over(client, invite, acme):
    link = invite()
    acme.is_active = False
    acme.save()
    assert over(client, link)


def test_an_unknown_one_looks_the_same(client, db):
    assert over(client, "/invitations/join_unknown/")
    assert over(client, "/invitations/%00%ED%A0%80/")


def test_wrong_links_of_an_address_are_counted(client, invite, monkeypatch):
    monkeypatch.setattr(WrongTokens, "THROTTLE_RATES", {"wrong_token": "3/min"})
    cache.delete("throttle_wrong_token_192.0.2.7")
    link, there = invite(), {"REMOTE_ADDR": "192.0.2.7"}
    guesses = [client.get(f"/invitations/join_{n}/", **there) for n in range(4)]
    assert [answer.status_code for answer in guesses] == [404, 404, 404, 429]
    assert "Wait a few minutes" in guesses[-1].text
    assert client.post("/invitations/join_x/", FORM, **there).status_code == 429
    # Neither who has a link there waits, nor who tries from elsewhere.
    assert client.get(link, **there).status_code == 200
    elsewhere = client.get("/invitations/join_x/", REMOTE_ADDR="192.0.2.8")
    assert elsewhere.status_code == 404


def test_it_is_over_when_its_author_is_no_admin_any_more(
    client, invite, admin, acme, make_member
):
    other = make_member(acme, Member.Role.ADMIN)
    link = invite()
    members.change_role(
        by=other, member=admin, role="viewer", expected="admin", now=NOW
    )
    assert over(client, link)


@pytest.mark.parametrize("password", ["short", "password", "12345678"])
def test_a_weak_password_is_refused(client, invite, password):
    link = invite()
    answer = client.post(link, {**FORM, "password": password})
    assert answer.status_code == 422
    assert b"problems" in answer.content
    assert not User.objects.filter(email=NEW).exists()


def test_a_former_member_sees_nothing_before_it_is_chosen(
    client, invite, viewer, number, site, editor
):
    """Not what they were shown then; the sites of others stay as they are."""
    rows = NumberAccess.objects
    for thing in ({"number": number}, {"site": site}):
        rows.create(tenant=viewer.tenant, member=viewer, **thing)
    rows.create(tenant=viewer.tenant, member=editor, site=site)
    Member.objects.filter(pk=viewer.pk).update(is_active=False, sees_all_numbers=False)
    link = invite(viewer.user.email, sees_all_numbers=False, role="viewer")
    client.force_login(viewer.user)
    assert client.post(link).url == "/"
    assert "+32" not in client.get("/api/v1/numbers/").content.decode()
    assert rows.count() == 1


def test_a_person_made_meanwhile_is_asked_to_sign_in(client, invite, monkeypatch):
    link = invite()

    def somebody_was_faster(**values) -> User:
        raise IntegrityError

    monkeypatch.setattr(joining, "create_person", somebody_was_faster)
    answer = client.post(link, FORM)
    assert 'name="sign_in"' in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_accept_once(invite, acting_as, acme):
    link = invite()
    clients = [ProcessClient("portal", acting_as) for _ in range(2)]
    answers = at_once(*(partial(c.post, link, FORM) for c in clients))
    # The loser hears that it is over, or that the person exists and may sign in.
    loser, winner = sorted((answer.status_code for answer in answers), key=(302).__eq__)
    assert (loser in (200, 404), winner) == (True, 302)
    assert Member.objects.filter(tenant=acme, user__email=NEW).count() == 1
