"""Inviting people and accepting: one address, once, seven days."""

import datetime as dt
import re
from functools import partial

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError
from django.test import override_settings
from django.utils import timezone

from numbers.models import NumberAccess
from tenants.api.throttling import WrongTokens
from tenants.models import AuditEvent, AuditHead, Invitation, Member, User
from tenants.services import invitations, joining, members
from tenants.services.invitation_rights import RightsTooWide
from tenants.services.people import change_email
from tests.support.clients import ProcessClient
from tests.support.races import all_waiting, at_once

NEW = "nora@elsewhere.example"
ROLE = Member.Role.EDITOR
FORM = {"name": "Nora", "password": "tulips in the rain", "language": "nl"}
NOW = timezone.now()


@pytest.fixture
def invite(admin, django_capture_on_commit_callbacks):
    """``invite(email)`` returns the path of the link in the mail."""

    def make(email: str = NEW, *, now=None, **fields) -> str:
        mail.outbox.clear()
        values = {"role": ROLE, "now": now or timezone.now(), **fields}
        with django_capture_on_commit_callbacks(execute=True):
            invitations.invite(by=admin, email=email, **values)
        found = re.search(r"http://[^/]+(/invitations/\S+/)", str(mail.outbox[0].body))
        assert found
        return found[1]

    return make


def test_an_admin_invites_from_the_team_page(
    client, admin, django_capture_on_commit_callbacks
):
    client.force_login(admin.user)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            "/team/invite/", {"email": f" {NEW.upper()}", "role": ROLE}
        )
    assert answer.url == "/team/"
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == (NEW, ROLE)
    assert mail.outbox[0].to == [NEW]
    assert NEW in client.get("/team/").content.decode()
    assert AuditEvent.objects.get().action == "invitation.sent"


def test_the_mail_is_in_the_language_of_person_or_customer(invite, globex, viewer):
    invite()
    assert mail.outbox[0].subject.startswith("Invitation")
    person = User.objects.create_user("dora@elsewhere.example", language="de")
    invite(person.email)
    assert person.email == mail.outbox[0].to[0]


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


def test_only_admins_invite_and_never_beyond_their_rights(client, editor, admin):
    client.force_login(editor.user)
    assert client.get("/team/invite/").status_code == 403
    with pytest.raises(RightsTooWide):
        invitations.invite(by=editor, email=NEW, role=ROLE, now=NOW)
    admin.sees_all_numbers = False
    with pytest.raises(RightsTooWide):
        invitations.invite(by=admin, email=NEW, role=ROLE, now=NOW)
    invitations.invite(by=admin, email=NEW, role=ROLE, now=NOW, sees_all_numbers=False)


def test_no_role_is_chosen_beforehand(client, admin):
    client.force_login(admin.user)
    text = client.get("/team/invite/").text
    assert '<option value="" selected>Choose a role' in text
    answer = client.post("/team/invite/", {"email": NEW, "role": ""})
    assert "Choose what this person may do." in answer.text
    assert not Invitation.objects.exists()


def test_a_member_is_not_invited_again(client, admin, viewer):
    client.force_login(admin.user)
    answer = client.post("/team/invite/", {"email": viewer.user.email, "role": ROLE})
    assert "member already" in answer.content.decode()


def test_a_former_member_comes_back_in_the_new_role(client, invite, viewer):
    Member.objects.filter(pk=viewer.pk).update(is_active=False)
    link = invite(viewer.user.email)
    client.force_login(viewer.user)
    client.post(link)
    viewer.refresh_from_db()
    assert (viewer.is_active, viewer.role) == (True, ROLE)


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


def test_an_old_offer_takes_no_role_from_a_member(client, invite, admin):
    link = invite(role=Member.Role.VIEWER)
    change_email(user=admin.user, email=NEW, before=admin.user.email, by=admin.user)
    client.force_login(admin.user)
    assert client.post(link).status_code == 404
    admin.refresh_from_db()
    assert admin.role == Member.Role.ADMIN


def test_a_person_made_meanwhile_is_asked_to_sign_in(client, invite, monkeypatch):
    link = invite()

    def somebody_was_faster(**values) -> User:
        raise IntegrityError

    monkeypatch.setattr(joining, "create_person", somebody_was_faster)
    answer = client.post(link, FORM)
    assert 'name="sign_in"' in answer.content.decode()


def test_a_strangers_invitation_is_not_found(client, stranger, invite):
    invite()
    client.force_login(stranger.user)
    pk = Invitation.objects.get().pk
    foreign = client.post(f"/team/invitations/{pk}/withdraw/")
    absent = client.post("/team/invitations/987654/withdraw/")
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert Invitation.objects.get().revoked_at is None


def test_withdrawing_twice_is_told(client, admin, invite):
    invite()
    url = f"/team/invitations/{Invitation.objects.get().pk}/withdraw/"
    client.force_login(admin.user)
    assert client.post(url).status_code == 302
    answer = client.post(url)
    assert answer.status_code == 409
    assert b"meanwhile" in answer.content


@pytest.mark.django_db(transaction=True)
def test_two_at_once_accept_once(invite, acting_as, acme):
    link = invite()
    clients = [ProcessClient("portal", acting_as) for _ in range(2)]
    answers = at_once(*(partial(c.post, link, FORM) for c in clients))
    # The loser hears that it is over, or that the person exists and may sign in.
    loser, winner = sorted((answer.status_code for answer in answers), key=(302).__eq__)
    assert (loser in (200, 404), winner) == (True, 302)
    assert Member.objects.filter(tenant=acme, user__email=NEW).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("other", [NEW, "otto@elsewhere.example"])
def test_two_who_invite_at_once_leave_one_offer_an_address(
    invite, admin, acme, make_member, acting_as, other, is_open
):
    invite(NEW if is_open else "olga@elsewhere.example")
    browsers = [ProcessClient("portal", acting_as) for _ in range(2)]
    with override_settings(PROCESS="portal", ROOT_URLCONF=browsers[0].urlconf):
        for browser, member in zip(
            browsers, [admin, make_member(acme, "admin")], strict=True
        ):
            browser.force_login(member.user)
        sent = all_waiting(
            lambda: AuditHead.objects.select_for_update().get(tenant=acme),
            lambda: None,
            *(
                partial(browser.post, "/team/invite/", {"email": email, "role": ROLE})
                for browser, email in zip(browsers, [NEW, other], strict=True)
            ),
        )
    assert [answer.status_code for answer in sent] == [302, 302]
    offers = Invitation.objects.filter(revoked_at=None, email__in=[NEW, other])
    assert sorted(offers.values_list("email", flat=True)) == sorted({NEW, other})


@pytest.mark.django_db(transaction=True)
def test_one_that_is_sent_again_while_its_address_is_invited_leaves_one(
    invite, admin, acme, make_member
):
    invite()
    earlier, second = Invitation.objects.get(), make_member(acme, "admin")
    done = all_waiting(
        lambda: AuditHead.objects.select_for_update().get(tenant=acme),
        lambda: None,
        partial(invitations.send_again, by=admin, invitation=earlier, now=NOW),
        partial(invitations.invite, by=second, email=NEW, role=ROLE, now=NOW),
    )
    assert all(isinstance(one, Invitation | invitations.InvitationOver) for one in done)
    assert Invitation.objects.filter(revoked_at=None).count() == 1
