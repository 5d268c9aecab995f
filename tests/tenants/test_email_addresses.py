"""One mailbox is one person, however its address is written."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils import timezone

from tenants.models import Invitation, User
from tenants.services import invitations
from vms_portal.kernel.mail.mailboxes import spelled

PASSWORD = "tulips in the rain"
STORED = "info@xn--bcher-kva.example"
SPELLINGS = [
    "info@bücher.example",
    "INFO@BÜCHER.example",
    STORED,
    "Info@Bücher.Example",
]
# A dotless i, a long s, the sign of the unit Kelvin, a Greek and a Cyrillic letter.
LOOK_ALIKES = ["alıce", "ſam", "\u212aate", "αlice", "аlice"]


@pytest.mark.parametrize("written", SPELLINGS)
def test_every_spelling_of_an_address_is_one(written):
    assert spelled(written) == STORED


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_letter_that_looks_like_another_is_refused_everywhere(
    client, staff_client, admin, staff, name
):
    address = f"{name}@acme.example"
    client.force_login(admin.user)
    page = client.post("/team/invite/", {"email": address, "role": "viewer"})
    assert "Enter a valid email address" in page.content.decode()
    staff_client.force_login(staff)
    for url, form in (
        ("admin:tenants_user_add", {"language": "en", "is_active": "on"}),
        ("admin:tenants_invitation_add", {"tenant": admin.tenant_id, "role": "viewer"}),
    ):
        page = staff_client.post(reverse(url), {**form, "email": address})
        assert "Enter a valid email address" in page.content.decode()
    with pytest.raises(ValueError, match="acme"):
        invitations.invite(by=admin, email=address, role="viewer", now=timezone.now())
    assert not Invitation.objects.exists()


def test_another_spelling_invites_no_second_person(client, admin, make_member, acme):
    member = make_member(acme, "viewer")
    User.objects.filter(pk=member.user_id).update(email=STORED)
    client.force_login(admin.user)
    page = client.post("/team/invite/", {"email": SPELLINGS[0], "role": "viewer"})
    assert "is a member already" in page.content.decode()
    assert not Invitation.objects.exists()


def test_staff_make_no_second_person_of_one_address(staff_client, staff):
    staff_client.force_login(staff)
    for written in SPELLINGS:
        form = {"email": written, "language": "en", "is_active": "on"}
        staff_client.post(reverse("admin:tenants_user_add"), form)
    assert User.objects.filter(email=STORED).count() == 1
    assert not User.objects.filter(email__contains="ü").exists()


@pytest.mark.parametrize("written", SPELLINGS)
def test_whoever_has_the_address_signs_in_with_any_spelling(client, viewer, written):
    viewer.user.email, viewer.user.password = STORED, make_password(PASSWORD)
    viewer.user.save()
    EmailAddress.objects.create(
        user=viewer.user, email=STORED, verified=True, primary=True
    )
    client.post("/account/login/", {"login": written, "password": PASSWORD})
    assert client.get("/account/sessions/").status_code == 200
