"""Whoever lost their access while a request waited does nothing with it."""

import datetime as dt
import inspect
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from django.utils import timezone

from numbers.models import GeographicNumber
from numbers.services.access import fingerprint, set_access
from routing.models import Override
from routing.services.destinations import lock_routing
from tenants.models import ApiToken, AuditEvent, Invitation, Member, Tenant, User
from tenants.services import ended_access, invitations, members, people, tokens
from tenants.services.authors import NoLongerAble
from tests.support.clients import ProcessClient
from tests.support.races import while_waiting

PASSWORD = "tulips in the rain"
OTHER = "seven yellow boats"
NOW = timezone.now()


def new_password(user: User) -> None:
    User.objects.filter(pk=user.pk).update(password=make_password(OTHER))


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


# Requests that wait.


def gone(user: User) -> None:
    """What staff do when they disable a person."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    ended_access.end_all(user=user, by=user, reason="access_ended", now=NOW)


@pytest.fixture
def portal(acting_as):
    client = ProcessClient("portal", acting_as)
    with override_settings(PROCESS="portal", ROOT_URLCONF=client.urlconf):
        yield client


@pytest.fixture
def office(acting_as, staff):
    client = ProcessClient("backoffice", acting_as)
    with override_settings(PROCESS="backoffice", ROOT_URLCONF=client.urlconf):
        client.force_login(staff)
        yield client


def row(model: Any, pk: int) -> Any:
    return lambda: model.objects.select_for_update().get(pk=pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [new_password, gone])
def test_a_request_that_waits_raises_nobody_for_who_lost_access(
    portal, admin, viewer, end
):
    portal.force_login(admin.user)
    answer = while_waiting(
        row(Member, viewer.pk),
        partial(end, admin.user),
        lambda: portal.post(f"/team/{viewer.pk}/deactivate/"),
    )
    assert answer.status_code == 403
    assert Member.objects.get(pk=viewer.pk).is_active


def from_the_list(client: ProcessClient) -> None:
    session = client.session
    listed = UserSession.objects.create(
        user_id=session[SESSION_KEY], session_key=session.session_key, ip="::1"
    )
    listed.end()


def in_another_window(client: ProcessClient) -> None:
    client.session.flush()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("side", ["portal", "office"])
@pytest.mark.parametrize("end", [from_the_list, in_another_window, lambda client: None])
def test_a_session_that_ended_while_its_request_waited_did_nothing(
    request, side, admin, editor, end
):
    client = request.getfixturevalue(side)
    if side == "portal":
        client.force_login(admin.user)
        locked, address, form = editor, f"/team/{editor.pk}/deactivate/", {}
    else:
        locked = User.objects.create_user("fien@operator.example", is_staff=True)
        address = f"/tenants/user/{locked.pk}/change/"
        form = person_form(locked)
        form.pop("is_active")
    answer = while_waiting(
        row(type(locked), locked.pk),
        partial(end, client),
        lambda: client.post(address, form),
    )
    is_able = end not in (from_the_list, in_another_window)
    told = client.get(answer["Location"]).text
    assert ("Your session ended. Nothing was changed." in told) != is_able
    assert type(locked).objects.get(pk=locked.pk).is_active != is_able


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [new_password, gone, lambda user: None])
def test_a_request_is_asked_at_its_end_wherever_it_waited(portal, editor, number, end):
    """For the number itself, after it took its turn."""
    portal.force_login(editor.user)
    form = {"to": "line", "other": "", "until": "4h"}
    answer = while_waiting(
        row(GeographicNumber, number.pk),
        partial(end, editor.user),
        lambda: portal.post(f"/numbers/{number.pk}/divert/", form),
    )
    is_able = end not in (new_password, gone)
    assert answer.status_code == (302 if is_able else 403)
    assert ("changed while this was on its way" in answer.text) != is_able
    assert Override.objects.exists() == is_able
    assert AuditEvent.objects.filter(action="number.diverted").exists() == is_able
    # Nothing tells of what was undone, now or on the next page.
    told = [c.value for name, c in answer.cookies.items() if "messages" in name]
    assert any(told) == is_able


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_a_token_asked_for_with_the_role_before_is_refused_in_words(
    portal, editor, role
):
    portal.force_login(editor.user)
    form = {"name": "Phone system", "scopes": ["routing:write"], "days": "30"}
    answer = while_waiting(
        row(Member, editor.pk),
        lambda: Member.objects.filter(pk=editor.pk).update(role=role),
        lambda: portal.post("/tokens/", form),
    )
    is_able = role == "editor"
    assert answer.status_code == (200 if is_able else 409)
    told = "Your role was changed meanwhile. No token was created."
    assert (told in answer.text) != is_able
    assert ApiToken.objects.exists() == is_able


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_withdrawn", [True, False])
@pytest.mark.parametrize("lock", ["turn", "number"])
def test_a_token_withdrawn_while_its_request_waits_diverts_nothing(
    portal, admin, editor, number, lock, is_withdrawn
):
    life = dt.timedelta(days=9)
    token, secret = tokens.create_token(
        by=editor, name="x", scopes=["routing:write"], life=life, now=NOW
    )
    ApiToken.objects.update(last_used_at=timezone.now())
    locks = {
        "turn": lambda: lock_routing(number.tenant),
        "number": row(GeographicNumber, number.pk),
    }
    answer = while_waiting(
        locks[lock],
        lambda: is_withdrawn and tokens.revoke_token(by=admin, token=token, now=NOW),
        lambda: portal.post(
            f"/api/v1/numbers/{number.pk}/divert/",
            {"destination": "line"},
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        ),
    )
    assert (answer.status_code == 403) == is_withdrawn, answer.text
    # The API answers with data, and names nobody.
    assert str(editor) not in answer.text
    assert ("permission_denied" in answer.json().get("error", "")) == is_withdrawn
    assert Override.objects.exists() != is_withdrawn


def person_form(user: User, **values: object) -> dict[str, object]:
    form = {"email": user.email, "name": "Fien", "language": "en", "is_active": "on"}
    return {**form, "is_staff": "on", "confirmed": "on", "reason": "Asked", **values}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [new_password, gone, lambda user: None])
def test_staff_disabled_while_their_request_waits_change_nobody(office, staff, end):
    colleague = User.objects.create_user("fien@operator.example", is_staff=True)
    answer = while_waiting(
        row(User, colleague.pk),
        partial(end, staff),
        lambda: office.post(
            f"/tenants/user/{colleague.pk}/change/", person_form(colleague)
        ),
    )
    is_able = end not in (new_password, gone)
    assert answer.status_code == (302 if is_able else 403)
    assert (User.objects.get(pk=colleague.pk).name == "Fien") == is_able


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [gone, lambda user: None])
def test_staff_disabled_while_their_request_waits_change_no_customer(
    office, staff, acme, end
):
    form = {
        "name": "Other SA",
        "language": "fr",
        "country": "BE",
        "vat_treatment": acme.vat_treatment,
        "is_active": "on",
    }
    answer = while_waiting(
        row(Tenant, acme.pk),
        partial(end, staff),
        lambda: office.post(f"/tenants/tenant/{acme.pk}/change/", form),
    )
    assert answer.status_code == (403 if end is gone else 302)
    assert Tenant.objects.get().name == ("Acme SA" if end is gone else "Other SA")


@pytest.mark.django_db(transaction=True)
def test_staff_disabled_while_their_request_waits_remove_no_second_step(
    acting_as, staff, viewer
):
    factor = Authenticator.objects.create(user=viewer.user, type="totp", data={})

    def remove() -> Any:
        with acting_as("vms_staff"):
            people.remove_second_factor(authenticator=factor, by=staff, now=NOW)

    done = while_waiting(row(User, viewer.user_id), partial(gone, staff), remove)
    assert isinstance(done, NoLongerAble)
    assert Authenticator.objects.get() == factor


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
