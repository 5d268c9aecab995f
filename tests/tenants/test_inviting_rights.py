"""Who may invite, and what becomes of an offer when they may not."""

import re

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from tenants.models import AuditEvent, Invitation, Member, User
from tenants.services import invitations
from tests.support import refusing_mail
from tests.support.mails import send_due
from tests.support.staff_groups import join_group

NEW = "boss@acme.example"
FORM = {"name": "Boss", "password": "tulips in the rain", "language": "fr"}
LINK = re.compile(r"http://[^/]+(/invitations/\S+/)")


@pytest.fixture
def sales(db) -> User:
    person = User.objects.create_user(
        "sam@operator.example", is_staff=True, language="en"
    )
    return join_group(person, "sales")


def url(act: str, *args: object) -> str:
    return reverse(f"admin:tenants_invitation_{act}", args=args)


@pytest.fixture
def send(django_capture_on_commit_callbacks):
    """Post to the back office, or let a service work, up to its mails."""

    def act(what, *args, **values):
        with django_capture_on_commit_callbacks(execute=True):
            return what(*args, **values)

    return act


def offer(send, by, acme, role="admin", **values) -> str:
    mail.outbox.clear()
    send(
        invitations.invite,
        by=by,
        tenant=acme,
        email=NEW,
        role=role,
        now=timezone.now(),
        **values,
    )
    (body,) = [str(m.body) for m in mail.outbox if m.to == [NEW]]
    found = LINK.search(body)
    assert found
    return found[1]


def accepts(client, link: str) -> bool:
    return client.post(link, FORM).status_code == 302


def disable(author: User) -> None:
    author.is_active = False
    author.save()


def leave_the_staff(author: User) -> None:
    author.is_staff = False
    author.save()


def change_groups(author: User) -> None:
    author.groups.set(Group.objects.filter(name="finance"))


@pytest.mark.parametrize("ends", [disable, leave_the_staff, change_groups])
def test_an_offer_ends_with_the_right_of_its_author_from_the_staff(
    client, sales, acme, send, ends
):
    link = offer(send, sales, acme)
    ends(sales)
    assert client.get(link).status_code == 404
    assert not accepts(client, link)
    assert not Member.objects.exists()


def member_disabled(admin: Member) -> None:
    disable(admin.user)


def member_lowered(admin: Member) -> None:
    Member.objects.filter(pk=admin.pk).update(role="viewer")


def member_narrowed(admin: Member) -> None:
    Member.objects.filter(pk=admin.pk).update(sees_all_numbers=False)


def member_gone(admin: Member) -> None:
    Member.objects.filter(pk=admin.pk).update(is_active=False)


@pytest.mark.parametrize(
    "ends", [member_disabled, member_lowered, member_narrowed, member_gone]
)
def test_an_offer_ends_with_the_right_of_its_author_in_the_team(
    client, admin, acme, send, ends
):
    link = offer(send, admin, acme)
    ends(admin)
    assert not accepts(client, link)
    assert not User.objects.filter(email=NEW).exists()


def test_an_author_who_may_still_is_enough(client, admin, acme, send):
    assert accepts(client, offer(send, admin, acme))


@pytest.mark.parametrize("role", Member.Role.values)
def test_sales_invite_only_while_nobody_administers(
    staff_client, sales, admin, role, client, send
):
    staff_client.force_login(sales)
    form = {"tenant": admin.tenant_id, "email": NEW, "role": role, "reason": "Lost"}
    answer = staff_client.post(url("add"), form)
    assert "Only an administrator of the back office" in answer.text
    assert not Invitation.objects.exists()
    member_gone(admin)
    staff_client.post(url("add"), form)
    assert Invitation.objects.get().role == role


@pytest.mark.parametrize("role", Member.Role.values)
@pytest.mark.parametrize("act", ["again", "link"])
def test_sales_renew_no_offer_to_a_team_that_runs_itself(
    staff_client, sales, acme, make_member, send, client, role, act
):
    """Made while nobody administered; somebody came in by another way since."""
    link = offer(send, sales, acme, role)
    make_member(acme, Member.Role.ADMIN)
    staff_client.force_login(sales)
    pk = Invitation.objects.get().pk
    answer = staff_client.post(url(act, pk), {"reason": "Lost"}, follow=True)
    assert "Only an administrator of the back office" in answer.text
    assert Invitation.objects.count() == 1
    assert not accepts(client, link)


@pytest.mark.parametrize("role", Member.Role.values)
def test_an_administrator_of_ours_gives_a_reason_which_the_customer_reads(
    staff_client, staff, admin, send, role
):
    staff_client.force_login(staff)
    form = {"tenant": admin.tenant_id, "email": NEW, "role": role}
    assert "Give the reason" in staff_client.post(url("add"), form).text
    unseen = {**form, "reason": "\u2800\u200b"}
    assert "Give the reason" in staff_client.post(url("add"), unseen).text
    assert not Invitation.objects.exists()
    send(staff_client.post, url("add"), {**form, "reason": "Alice lost her phone"})
    send_due()
    told = {m.to[0]: str(m.body) for m in mail.outbox}
    assert set(told) == {NEW, admin.user.email}
    assert "Alice lost her phone" in told[admin.user.email]
    assert "http://localhost:8000/team/" in told[admin.user.email]
    event = AuditEvent.objects.get(tenant=admin.tenant, action="invitation.sent")
    assert event.detail["reason"] == "Alice lost her phone"


def test_of_two_first_administrators_the_second_comes_too_late(
    client, sales, acme, send
):
    first = offer(send, sales, acme)
    values = {"tenant": acme, "role": "admin", "now": timezone.now()}
    send(invitations.invite, by=sales, email="other@acme.example", **values)
    (body,) = [str(m.body) for m in mail.outbox if m.to == ["other@acme.example"]]
    second = LINK.search(body)
    assert second
    assert accepts(client, first)
    client.logout()
    assert not accepts(client, second[1])
    assert Member.objects.count() == 1


def test_staff_send_again_and_the_list_says_when(
    staff_client, sales, acme, client, send
):
    first = offer(send, sales, acme)
    staff_client.force_login(sales)
    earlier = Invitation.objects.get()
    assert earlier.mailed_at is not None
    assert b"Send again" in staff_client.get(url("change", earlier.pk)).content
    mail.outbox.clear()
    send(staff_client.post, url("again", earlier.pk))
    second = LINK.search(str(mail.outbox[0].body))
    assert second
    assert not accepts(client, first)
    assert b"Mail sent at" in staff_client.get(url("changelist")).content
    assert accepts(client, second[1])


def test_a_mail_that_was_not_sent_shows_as_such(
    staff_client, sales, acme, settings, send
):
    settings.EMAIL_BACKEND = refusing_mail.BACKEND
    staff_client.force_login(sales)
    form = {"tenant": acme.pk, "email": refusing_mail.GONE, "role": "viewer"}
    send(staff_client.post, url("add"), form)
    assert Invitation.objects.get().mailed_at is None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send(staff_client.post, url("again", Invitation.objects.get().pk))
    assert Invitation.objects.get(revoked_at=None).mailed_at is not None


def test_staff_see_a_new_link_once_and_the_customer_reads_so(
    staff_client, sales, acme, client, send
):
    first = offer(send, sales, acme)
    staff_client.force_login(sales)
    mail.outbox.clear()
    address = url("link", Invitation.objects.get().pk)
    page = send(staff_client.post, address, {"reason": "asked\0 by phone"})
    shown = LINK.search(page.text.replace('"', " "))
    assert shown
    assert mail.outbox == []
    assert not accepts(client, first)
    assert accepts(client, shown[1])
    actions = AuditEvent.objects.filter(tenant=acme).values_list("action", flat=True)
    assert "invitation.link_shown" in actions


@pytest.mark.parametrize("act", ["again", "link"])
def test_an_accepted_one_is_not_renewed(staff_client, sales, acme, client, send, act):
    assert accepts(client, offer(send, sales, acme))
    staff_client.force_login(sales)
    pk = Invitation.objects.get().pk
    answer = staff_client.post(url(act, pk), follow=True)
    assert b"meanwhile" in answer.content
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("act", ["again", "link"])
def test_finance_renews_nothing(staff_client, sales, acme, send, act):
    offer(send, sales, acme)
    fred = User.objects.create_user("fred@operator.example", is_staff=True)
    fred.groups.add(Group.objects.get(name="finance"))
    staff_client.force_login(fred)
    assert staff_client.post(url(act, Invitation.objects.get().pk)).status_code == 403
