"""No service does anything for who lost their access meanwhile."""

import datetime as dt
import inspect
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password

from numbers.services.access import fingerprint, set_access
from tenants.models import ApiToken, Invitation, Member, Tenant, User
from tenants.services import ended_access, invitations, members, tokens
from tenants.services.authors import NoLongerAble
from tests.support.waiting_requests import NOW, OTHER, new_password, person_form

PASSWORD = "tulips in the rain"


def new_address(user: User) -> None:
    User.objects.filter(pk=user.pk).update(email="moved@acme.example")


def sessions_ended(user: User) -> None:
    ended_access.end_sessions(user=user, by=user, reason="step_removed", now=NOW)


def disabled(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def customer_inactive(user: User) -> None:
    Tenant.objects.update(is_active=False)


ENDS = [new_password, new_address, sessions_ended, disabled, customer_inactive]


def change_role(by, viewer):
    members.change_role(by=by, member=viewer, role="admin", expected="viewer", now=NOW)


def deactivate(by, viewer):
    members.deactivate(by=by, member=viewer, now=NOW)


def reactivate(by, viewer):
    Member.objects.filter(pk=viewer.pk).update(is_active=False)
    members.reactivate(by=by, member=viewer, now=NOW)


def show_all(by, viewer):
    Member.objects.filter(pk=viewer.pk).update(sees_all_numbers=False)
    member = Member.objects.get(pk=viewer.pk)
    set_access(
        member=member,
        by=by,
        sees_all=True,
        sites=[],
        numbers=[],
        expected=fingerprint(member),
        now=NOW,
    )


def revoke_token(by, viewer):
    token = ApiToken.objects.get(member=viewer)
    tokens.revoke_token(by=by, token=token, now=NOW)


def revoke_invitation(by, viewer):
    invitation = Invitation.objects.get()
    invitations.revoke(by=by, invitation=invitation, now=NOW)


ACTS = [
    change_role,
    deactivate,
    reactivate,
    show_all,
    revoke_token,
    revoke_invitation,
]


@pytest.fixture
def asked(admin, viewer) -> Member:
    """The administrator as their request found them, with something to end."""
    invitations.invite(by=admin, email="new@acme.example", role="viewer", now=NOW)
    life = dt.timedelta(days=9)
    scopes = ["numbers:read"]
    tokens.create_token(by=viewer, name="x", scopes=scopes, life=life, now=NOW)
    return Member.objects.select_related("user", "tenant").get(pk=admin.pk)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_for_who_may_not_any_more(asked, viewer, act, end):
    end(User.objects.get(pk=asked.user_id))
    with pytest.raises(NoLongerAble):
        act(asked, viewer)


@pytest.mark.parametrize("act", ACTS)
def test_everything_is_done_for_who_may(asked, viewer, act):
    act(asked, viewer)


def test_a_withdrawn_token_is_no_author(admin, editor):
    life = dt.timedelta(days=9)
    token, _secret = tokens.create_token(
        by=editor, name="x", scopes=["routing:write"], life=life, now=NOW
    )
    asked = Member.objects.select_related("user", "tenant").get(pk=editor.pk)
    asked.token = token
    found = tokens.as_now(asked)
    tokens.revoke_token(by=admin, token=token, now=NOW)
    # Also handed on by an act that asked before.
    for member in (asked, found):
        with pytest.raises(NoLongerAble):
            tokens.as_now(member)


# Asked with a member, and no act of theirs: reads, and parts of an act that asks.
ASKED_BEFORE = {
    "numbers.services.access.access_of": "reads",
    "numbers.services.access.fingerprint": "reads",
    "numbers.services.access.is_wider": "reads",
    "numbers.services.checklist.checklist": "reads",
    "numbers.services.checklist.tick": "a tick in one's own list",
    "numbers.services.checklist.dismiss": "a tick in one's own list",
    "numbers.services.shown_numbers.still_shown": "asks",
    "routing.services.turns.take_turn": "asks",
    "routing.services.destinations.remember": "under the turn of its act",
    "routing.services.history.keep": "under the turn of its act",
    "routing.services.shown_targets.refuse_hidden": "reads",
    "routing.services.undo.remember": "the cache of an act that asked",
    "routing.services.undo.last_of": "reads",
    "tenants.services.authors.as_now": "asks",
    "tenants.services.authors.lock_member": "asks",
    "tenants.services.authors.require_still": "asks",
    "tenants.services.members.lock_team": "locks, and is asked after",
    "tenants.services.members.must_administer": "asks",
    "tenants.services.ended_access.end_of_member": "under the locks of its act",
    "tenants.services.ended_access.hold_of_member": "under the locks of its act",
    "tenants.services.ended_access.end_sessions_of": "under the locks of its act",
    "tenants.services.ended_tokens.withdraw_of": "under the locks of its act",
    "tenants.services.ended_tokens.withdraw_beyond_role": "under the locks of its act",
    "tenants.services.invitation_rights.check_author": "reads",
}
ASKS = (
    "as_now(",
    "lock_member(",
    "take_turn(",
    "still_shown(",
    "must_administer(",
    "_offer(",
    "_renew(",
)


def takes_a_member(act: Any) -> bool:
    """Not an actor that may be a process: those are staff's and the worker's."""
    kinds = [one.annotation for one in inspect.signature(act).parameters.values()]
    return any(
        kind is Member or (Member in get_args(kind) and str not in get_args(kind))
        for kind in kinds
    )


def services_with_a_member() -> dict[str, str]:
    """The source of each public service that is handed a member."""
    root = Path(__file__).resolve().parents[2]
    found = {}
    for config in apps.get_app_configs():
        for file in Path(config.path).glob("services/*.py"):
            if file.resolve().parents[2] != root:
                continue
            module = import_module(f"{config.name}.services.{file.stem}")
            for name, act in inspect.getmembers(module, inspect.isfunction):
                is_ours = act.__module__ == module.__name__ and name[0] != "_"
                if is_ours and takes_a_member(act):
                    source = inspect.getsource(inspect.unwrap(act))
                    found[f"{module.__name__}.{name}"] = source
    return found


def test_every_service_that_a_member_calls_reads_them_anew():
    found = services_with_a_member()
    assert len(found) > 40
    assert set(ASKED_BEFORE) <= set(found)
    acts = {name: source for name, source in found.items() if name not in ASKED_BEFORE}
    blind = {
        name
        for name, source in acts.items()
        if not any(word in source for word in ASKS)
    }
    assert blind == set()


# What people do to themselves is no end of the act that does it.


def test_an_administrator_takes_their_own_access(client, admin, make_member, acme):
    make_member(acme, Member.Role.ADMIN)
    client.force_login(admin.user)
    assert client.post(f"/team/{admin.pk}/deactivate/").status_code == 302
    assert not Member.objects.get(pk=admin.pk).is_active


def test_an_administrator_becomes_an_editor(client, admin, make_member, acme):
    make_member(acme, Member.Role.ADMIN)
    admin.user.password = make_password(PASSWORD)
    admin.user.save()
    client.force_login(admin.user)
    form = {"role": "editor", "expected": "admin"}
    asked = client.post(f"/team/{admin.pk}/", form)
    assert client.post(asked["Location"], {"password": PASSWORD}).status_code == 302
    assert Member.objects.get(pk=admin.pk).role == "editor"


def test_people_choose_another_password_of_their_own(client, viewer):
    viewer.user.password = make_password(PASSWORD)
    viewer.user.save()
    client.force_login(viewer.user)
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    assert client.post("/account/password/change/", form).status_code == 302
    assert User.objects.get(pk=viewer.user_id).check_password(OTHER)


def test_staff_change_their_own_address(staff_client, staff):
    staff.set_password(PASSWORD)
    staff.save()
    staff_client.force_login(staff)
    form = person_form(staff, email="boss@operator.example", is_superuser="on")
    address = f"/tenants/user/{staff.pk}/change/"
    asked = staff_client.post(address, form)
    done = staff_client.post(asked["Location"], {"password": PASSWORD})
    assert done.status_code == 302
    assert User.objects.get(pk=staff.pk).email == "boss@operator.example"
