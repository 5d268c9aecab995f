"""API tokens end with the password, the role or the access they were made under."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone

from tenants.models import ApiToken, AuditEvent, Member
from tenants.services import invitations, members
from tenants.tasks import send_password_reset
from tests.support.two_customers import OTHER, PASSWORD, sign_in, vera
from tests.tenants.test_password_reset import choose, link_of

URL = "/api/v1/numbers/"
HOUR = dt.timedelta(hours=1)
__all__ = ["vera"]


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """What follows the commit happens too."""

    def act(what, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return what(*args, **kwargs)

    return act


@pytest.fixture
def program(api, vera):
    """A program of Vera's at each of her two customers, and one that is over."""
    elsewhere = Member.objects.get(user=vera.user, tenant__reference="GLOBEX")
    api(vera, name="Old", expires_at=timezone.now() - HOUR)
    return api(vera, name="Reports"), api(elsewhere, name="Wall")


def live() -> set[str]:
    return set(ApiToken.objects.filter(revoked_at=None).values_list("name", flat=True))


def events() -> list[tuple[str, str, str]]:
    found = AuditEvent.objects.filter(action="token.revoked").select_related("tenant")
    return sorted(
        (e.tenant.reference, e.target_label, e.detail["reason"])
        for e in found
        if e.tenant is not None
    )


def change(client, **more):
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER, **more}
    return client.post("/account/password/change/", form)


def test_a_changed_password_ends_them_with_every_customer(client, vera, program, run):
    sign_in(client, vera.user)
    page = client.get("/account/password/change/").text
    assert "Reports, Wall" in page or "Wall, Reports" in page
    mail.outbox.clear()
    run(change, client)
    assert live() == {"Old"}
    for one in program:
        assert one.get(URL).status_code == 401
    assert events() == [
        ("ACME", "Reports", "new_password"),
        ("GLOBEX", "Wall", "new_password"),
    ]
    (told,) = [m for m in mail.outbox if "API tokens" in m.subject]
    assert told.to == [vera.user.email]
    assert "Reports, Wall" in told.body
    assert "Old" not in told.body


def test_whoever_says_so_keeps_them(client, vera, program, run):
    sign_in(client, vera.user)
    run(change, client, keep_tokens="on")
    assert live() == {"Old", "Reports", "Wall"}
    assert not events()
    for one in program:
        assert one.get(URL).status_code == 200


def test_a_refused_change_ends_nothing(client, vera, program, run):
    sign_in(client, vera.user)
    run(change, client, oldpassword="wrong")
    assert live() == {"Old", "Reports", "Wall"}


def test_a_password_chosen_by_a_link_ends_them(client, vera, program, acting_as, run):
    with acting_as("vms_worker"):
        send_password_reset(vera.user.email, "portal")
    link = link_of(mail.outbox[0])
    run(choose, client, link)
    assert live() == {"Old"}
    assert [one.get(URL).status_code for one in program] == [401, 401]
    assert any("API tokens" in m.subject for m in mail.outbox)


def test_without_tokens_nothing_is_asked_or_told(client, vera, run):
    sign_in(client, vera.user)
    assert "API tokens" not in client.get("/account/password/change/").text
    run(change, client)
    assert not [m for m in mail.outbox if "API tokens" in m.subject]


def test_whom_staff_disable_loses_them_for_good(
    staff_client, staff, vera, program, run
):
    staff_client.force_login(staff)
    url = f"/tenants/user/{vera.user.pk}/change/"
    form = {"email": vera.user.email, "name": vera.user.name, "language": "en"}
    asked = staff_client.post(url, form)
    assert "2 API tokens of theirs end for good." in asked.text
    run(staff_client.post, url, {**form, "confirmed": "on", "reason": "left"})
    assert live() == {"Old"}
    run(
        staff_client.post,
        url,
        {**form, "is_active": "on", "confirmed": "on", "reason": "back"},
    )
    vera.user.refresh_from_db()
    assert vera.user.is_active
    assert [one.get(URL).status_code for one in program] == [401, 401]
    assert {reason for *_, reason in events()} == {"access_ended"}
    assert [m.to for m in mail.outbox if "API tokens" in m.subject] == [
        [vera.user.email]
    ]


def test_a_lower_role_ends_what_it_does_not_cover(api, admin, operator_member, run):
    def change_to(role: str, expected: str) -> None:
        run(
            members.change_role,
            by=admin,
            member=operator_member,
            role=role,
            expected=expected,
            now=timezone.now(),
        )

    api(operator_member, "routing:write", "routing:read", name="Diverts")
    reads = api(operator_member, "numbers:read", name="Reads")
    change_to("viewer", "operator")
    assert live() == {"Reads"}
    assert events() == [("ACME", "Diverts", "role_changed")]
    change_to("operator", "viewer")
    assert live() == {"Reads"}
    assert reads.get(URL).status_code == 200
    (told,) = mail.outbox
    assert "Diverts" in told.body


def told() -> list[tuple[list[str], bool]]:
    """Whom a mail tells of tokens that ended, and whether it names this one."""
    letters = [letter for letter in mail.outbox if "API tokens" in letter.subject]
    return [(letter.to, "Reports" in letter.body) for letter in letters]


def take_away(client, viewer) -> None:
    answer = client.post(f"/team/{viewer.pk}/deactivate/")
    assert answer.status_code == 302


@pytest.mark.parametrize("works_elsewhere", [True, False])
def test_whose_access_an_administrator_takes_away_hears_of_the_tokens(
    client, admin, api, viewer, globex, run, works_elsewhere
):
    """Through the pages, with the rights of the portal."""
    if works_elsewhere:
        Member.objects.create(tenant=globex, user=viewer.user, role="viewer")
    api(viewer, name="Reports")
    client.force_login(admin.user)
    run(take_away, client, viewer)
    assert not Member.objects.get(pk=viewer.pk).is_active
    assert events() == [("ACME", "Reports", "access_ended")]
    assert told() == [([viewer.user.email], True)]


def left_over(viewer, api) -> None:
    """Access was taken away; a request that had begun before made a token."""
    Member.objects.filter(pk=viewer.pk).update(is_active=False)
    api(viewer, name="Reports")


def test_whose_access_is_given_back_hears_of_them(admin, api, viewer, run):
    left_over(viewer, api)
    run(members.reactivate, by=admin, member=viewer, now=timezone.now())
    assert live() == set()
    assert told() == [([viewer.user.email], True)]


def test_a_former_member_who_accepts_hears_of_them(client, admin, api, viewer, run):
    left_over(viewer, api)
    now, address = timezone.now(), viewer.user.email
    run(invitations.invite, by=admin, email=address, role="viewer", now=now)
    found = re.search(r"/invitations/\S+/", str(mail.outbox[0].body))
    assert found
    client.force_login(viewer.user)
    run(client.post, found[0])
    assert live() == set()
    assert told() == [([viewer.user.email], True)]


def test_who_had_none_hears_nothing(admin, viewer, run):
    run(members.deactivate, by=admin, member=viewer, now=timezone.now())
    assert told() == []
