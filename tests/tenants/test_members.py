"""Who may do what in a customer, and that somebody always administers it."""

import threading
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from numbers.services.access import fingerprint, set_access
from tenants.models import ApiToken, AuditEvent, Member, User
from tenants.services import members
from tests.support.races import at_once

NOW = timezone.now()


@pytest.fixture
def second_admin(acme, make_member) -> Member:
    return make_member(acme, Member.Role.ADMIN)


def role_form(member, role):
    return {"role": role, "expected": member.role}


def test_an_admin_changes_a_role(client, admin, viewer):
    client.force_login(admin.user)
    assert viewer.user.email in client.get("/team/").content.decode()
    url = f"/team/{viewer.pk}/"
    assert client.get(url).status_code == 200
    assert client.post(url, role_form(viewer, "editor")).url == "/team/"
    viewer.refresh_from_db()
    assert viewer.role == "editor"
    event = AuditEvent.objects.get()
    assert event.action == "member.role_changed"
    assert event.detail == {"before": "viewer", "after": "editor"}
    assert event.request_id


@pytest.mark.parametrize("role", ["editor", "operator_member", "finance", "viewer"])
def test_nobody_else_sees_or_changes_the_team(client, request, role, admin):
    member = request.getfixturevalue(role)
    client.force_login(member.user)
    for url in ("/team/", "/team/invite/", f"/team/{admin.pk}/", "/audit/"):
        assert client.get(url).status_code == 403
    assert (
        client.post(f"/team/{admin.pk}/", role_form(admin, "viewer")).status_code == 403
    )
    assert client.post(f"/team/{member.pk}/deactivate/").status_code == 403


def test_a_strangers_member_is_not_found(client, stranger, viewer):
    client.force_login(stranger.user)
    for suffix in ("", "deactivate/", "reactivate/"):
        foreign = client.post(f"/team/{viewer.pk}/{suffix}", role_form(viewer, "admin"))
        absent = client.post(f"/team/987654/{suffix}", role_form(viewer, "admin"))
        assert (foreign.status_code, absent.status_code) == (404, 404)
    viewer.refresh_from_db()
    assert (viewer.role, viewer.is_active) == ("viewer", True)


def test_a_role_changed_meanwhile_is_told(client, admin, viewer):
    client.force_login(admin.user)
    form = role_form(viewer, "editor")
    Member.objects.filter(pk=viewer.pk).update(role="finance")
    answer = client.post(f"/team/{viewer.pk}/", form)
    assert answer.status_code == 409
    assert "meanwhile" in answer.content.decode()
    assert answer.context["person"].role == "finance"


def test_access_ends_with_sessions_and_tokens(client, api, admin, viewer):
    programs = api(viewer)
    client.force_login(admin.user)
    assert client.post(f"/team/{viewer.pk}/deactivate/").url == "/team/"
    assert programs.get("/api/v1/numbers/").status_code == 401
    viewer.user.refresh_from_db()
    client.force_login(viewer.user)
    assert client.get("/tokens/").status_code == 403
    client.force_login(admin.user)
    assert client.post(f"/team/{viewer.pk}/deactivate/").status_code == 409
    # Given back, the token stays withdrawn.
    assert client.post(f"/team/{viewer.pk}/reactivate/").url == "/team/"
    assert client.post(f"/team/{viewer.pk}/reactivate/").status_code == 409
    assert ApiToken.objects.get().revoked_at is not None
    assert programs.get("/api/v1/numbers/").status_code == 401


def test_the_last_admin_stays(client, admin):
    client.force_login(admin.user)
    answer = client.post(f"/team/{admin.pk}/deactivate/")
    assert answer.status_code == 409
    assert "last administrator" in answer.content.decode()
    answer = client.post(f"/team/{admin.pk}/", role_form(admin, "viewer"))
    assert answer.status_code == 409
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == ("admin", True)


def test_an_admin_who_cannot_sign_in_does_not_count(admin, second_admin):
    User.objects.filter(pk=second_admin.user_id).update(is_active=False)
    with pytest.raises(members.LastAdmin):
        members.deactivate(by=admin, member=admin, now=NOW)
    # and may be removed
    members.deactivate(by=admin, member=second_admin, now=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(10))
def test_two_admins_who_remove_each_other_leave_one(admin, second_admin, turn):
    results = at_once(
        partial(members.deactivate, by=admin, member=second_admin, now=NOW),
        partial(
            members.change_role,
            by=second_admin,
            member=admin,
            role="viewer",
            expected="admin",
            now=NOW,
        ),
    )
    assert sum(isinstance(r, members.LastAdmin) for r in results) == 1
    assert Member.objects.filter(role="admin", is_active=True).count() == 1


def test_who_was_demoted_while_a_request_waited_does_nothing_more(
    admin, second_admin, viewer, make_member, acme
):
    """The request passed the page's check, and then waited for the demotion."""
    gone = make_member(acme, Member.Role.EDITOR, is_active=False)
    by = Member.objects.get(pk=second_admin.pk)
    acts = {
        "show all": partial(
            set_access,
            member=viewer,
            sees_all=False,
            sites=[],
            numbers=[],
            expected=fingerprint(viewer),
        ),
        "raise": partial(
            members.change_role, member=viewer, role="admin", expected="viewer"
        ),
        "remove": partial(members.deactivate, member=viewer),
        "give back": partial(members.reactivate, member=gone),
    }
    members.change_role(
        by=admin, member=second_admin, role="viewer", expected="admin", now=NOW
    )
    for name, act in acts.items():
        with pytest.raises(members.NoLongerAdministrator):
            act(by=by, now=NOW)
        viewer.refresh_from_db()
        assert (viewer.role, viewer.is_active) == ("viewer", True), name
        assert viewer.sees_all_numbers
    gone.refresh_from_db()
    assert not gone.is_active
    # The control: who administers may do all of it.
    for act in acts.values():
        act(by=admin, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_go(admin, second_admin, monkeypatch):
    """The control: each looks, and both leave."""
    looked = threading.Barrier(2)
    locked = members.lock_team

    def look_only(member):
        found = Member.objects.filter(role="admin", is_active=True)
        both = Member.objects.get(pk=member.pk), list(found)
        looked.wait(timeout=10)
        return both

    monkeypatch.setattr(members, "lock_team", look_only)
    # The chain's lock would make them take turns too, but after the look.
    results = at_once(
        partial(members.deactivate, by=admin, member=second_admin, now=NOW),
        partial(members.deactivate, by=second_admin, member=admin, now=NOW),
    )
    assert all(isinstance(result, Member) for result in results)
    assert not Member.objects.filter(role="admin", is_active=True).exists()
    assert members.lock_team is not locked


def test_the_list_asks_the_same_for_many(
    client, admin, viewer, make_member, acme, django_assert_num_queries
):
    client.force_login(admin.user)
    with CaptureQueriesContext(connection) as few:
        client.get("/team/")
    for _ in range(30):
        make_member(acme, Member.Role.VIEWER)
    with django_assert_num_queries(len(few)):
        client.get("/team/")


def test_the_trail_says_that_a_role_opened_all_numbers(client, admin, viewer):
    Member.objects.filter(pk=viewer.pk).update(sees_all_numbers=False)
    client.force_login(admin.user)
    client.post(f"/team/{viewer.pk}/", role_form(viewer, "admin"))
    assert AuditEvent.objects.get().detail == {
        "before": "viewer",
        "after": "admin",
        "sees_all_numbers": True,
    }


def test_the_trail_names_each_token_that_ends_with_the_access(
    client, api, admin, viewer
):
    api(viewer)
    token = ApiToken.objects.get(member=viewer)
    client.force_login(admin.user)
    client.post(f"/team/{viewer.pk}/deactivate/")
    ended = AuditEvent.objects.get(action="token.revoked")
    assert (ended.target_id, ended.actor_id) == (str(token.pk), admin.user_id)
    assert AuditEvent.objects.filter(action="member.deactivated").exists()
