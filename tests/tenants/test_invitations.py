"""Inviting people: by whom, into which role, and one offer an address."""

from functools import partial

import pytest
from django.core import mail
from django.test import override_settings

from tenants.models import AuditEvent, AuditHead, Invitation, Member, User
from tenants.services import invitations
from tenants.services.invitation_rights import RightsTooWide
from tenants.services.people import change_email
from tests.support.clients import ProcessClient
from tests.support.invitations import NEW, NOW, ROLE, invite
from tests.support.races import all_waiting

__all__ = ["invite"]
FORM = {"name": "Nora", "password": "tulips in the rain", "language": "nl"}


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


def test_an_old_offer_takes_no_role_from_a_member(client, invite, admin):
    link = invite(role=Member.Role.VIEWER)
    change_email(user=admin.user, email=NEW, before=admin.user.email, by=admin.user)
    client.force_login(admin.user)
    assert client.post(link).status_code == 404
    admin.refresh_from_db()
    assert admin.role == Member.Role.ADMIN


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
