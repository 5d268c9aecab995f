"""A request that waited is asked once more at its end, and undone."""

import datetime as dt
from functools import partial
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import override_settings
from django.utils import timezone

from numbers.models import GeographicNumber
from routing.models import Override
from routing.services.destinations import lock_routing
from tenants.models import ApiToken, AuditEvent, Member, Tenant, User
from tenants.services import people, tokens
from tenants.services.authors import NoLongerAble
from tests.support.clients import ProcessClient
from tests.support.races import while_waiting
from tests.support.waiting_requests import (
    NOW,
    from_the_list,
    gone,
    in_another_window,
    new_password,
    person_form,
    row,
)


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
    assert answer.status_code == (302 if is_able else 403)
    assert ("Your session ended" in answer.text) != is_able
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
    assert ("while this was on its way" in answer.text) != is_able
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
    assert (answer.status_code == 401) == is_withdrawn, answer.text
    # The API answers with data, and names nobody.
    assert str(editor) not in answer.text
    assert ("invalid_token" in answer.json().get("error", "")) == is_withdrawn
    assert Override.objects.exists() != is_withdrawn


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
