"""An invitation of somebody with an account: its secret is in no other address."""

import re

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.utils import timezone

from tenants.models import Member
from tenants.services import invitations
from tenants.sign_in import kept_invitation

PASSWORD = "tulips in the rain"
KEPT = "/invitations/opened/"


@pytest.fixture
def invited(make_member, globex):
    """A person of another customer, with a password."""
    member = make_member(globex, Member.Role.FINANCE)
    member.user.set_password(PASSWORD)
    member.user.save()
    return member.user


@pytest.fixture
def link(admin, invited, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        invitations.invite(
            by=admin, email=invited.email, role="viewer", now=timezone.now()
        )
    found = re.search(r"http://[^/]+(/invitations/\S+/)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def sign_in(client, user):
    return client.post("/account/login/", {"login": user.email, "password": PASSWORD})


def test_signing_in_leads_back_to_the_invitation(client, link, invited, acme):
    answer = client.post(link, {"sign_in": "1"})
    assert answer.url == "/account/login/"
    secret = link.split("/")[2]
    assert secret not in str(dict(client.session))
    page = client.get(answer.url)
    assert secret not in page.content.decode()
    assert sign_in(client, invited).url == KEPT
    assert client.session.get_expire_at_browser_close()
    # Opening it changes nothing.
    assert client.get(KEPT).status_code == 200
    assert not Member.objects.filter(user=invited, tenant=acme).exists()
    assert client.post(KEPT).url == "/"
    assert Member.objects.get(user=invited, tenant=acme).role == "viewer"
    assert kept_invitation.KEY not in client.session
    assert client.get(KEPT).status_code == 404


def test_a_page_of_the_invitation_holds_no_secret_for_another(client, link):
    """The control: the page that asks to sign in has a form to its own address."""
    page = client.get(link).content.decode()
    assert 'name="sign_in"' in page
    assert not [at for at in re.findall(r'href="([^"]*)"', page) if "join_" in at]


def test_who_signs_in_by_themselves_is_led_to_the_first_page(client, invited):
    assert sign_in(client, invited).url == "/"
    assert client.get(KEPT).status_code == 404


def test_one_that_ended_meanwhile_is_said_once(client, link, invited, admin):
    client.post(link, {"sign_in": "1"})
    sign_in(client, invited)
    (open_one,) = invitations.Invitation.objects.all()
    invitations.revoke(by=admin, invitation=open_one, now=timezone.now())
    assert client.get(KEPT).status_code == 404
    assert kept_invitation.KEY not in client.session


def test_somebody_else_who_signs_in_is_told(client, link, invited, viewer):
    client.post(link, {"sign_in": "1"})
    viewer.user.set_password(PASSWORD)
    viewer.user.save()
    assert sign_in(client, viewer.user).url == KEPT
    assert invited.email in client.post(KEPT).content.decode()
    assert not Member.objects.filter(user=viewer.user).exclude(pk=viewer.pk).exists()


def test_who_has_to_show_their_second_step_takes_no_secret_along(
    client, link, admin, invited
):
    """Signed in without it, as when it was set up elsewhere meanwhile."""
    totp.TOTP.activate(admin.user, totp.generate_totp_secret())
    client.force_login(admin.user, second_factor=False)
    answer = client.get(link)
    assert answer.url == "/account/login/"
    assert sign_in(client, invited).url == KEPT
    client.force_login(admin.user, second_factor=False)
    reset = "/account/password/reset/key/7-dip5hs-" + "d2797e4f" * 4 + "/"
    assert client.get(reset).url == "/account/login/"
    # The control: another page is come back to.
    client.force_login(admin.user, second_factor=False)
    assert client.get("/team/").url == "/account/login/?next=/team/"


def test_a_form_sent_from_there_leads_to_no_secret(client, link):
    said = {"HX-Current-URL": f"http://testserver{link}"}
    answer = client.post("/profile/", {"name": "x"}, headers=said)
    assert answer.url == "/account/login/?next=/"
