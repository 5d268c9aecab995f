"""The back office keeps somebody who administers it, and can."""

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import override_settings

from tenants.models import User
from tests.support.clients import ProcessClient
from tests.support.crossing import Lock as Crossed
from tests.support.crossing import crossed
from tests.support.races import at_once

PASSWORD = "tulips in the rain"
LAST = "This is the last administrator of the back office."


def form_of(user: User, **values: object) -> dict[str, object]:
    form: dict[str, Any] = {
        "email": user.email,
        "name": "Root",
        "language": "en",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "confirmed": "on",
        "reason": "Asked",
        **values,
    }
    return {name: value for name, value in form.items() if value is not None}


def change(client, user: User, **values: object):
    address = f"/tenants/user/{user.pk}/change/"
    answer = client.post(address, form_of(user, **values))
    if "reauthenticate" in answer.headers.get("Location", ""):
        answer = client.post(answer["Location"], {"password": PASSWORD})
    return answer


@pytest.fixture
def boss(db) -> User:
    return User.objects.create_superuser(
        "boss@operator.example", PASSWORD, language="en"
    )


ENDS: list[dict[str, None]] = [
    {"is_superuser": None},
    {"is_active": None},
    {"is_staff": None, "is_superuser": None},
]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("other", ["nobody", "disabled", "no staff", "no password"])
def test_the_last_administrator_stays(office, staff, end, other):
    if other != "nobody":
        User.objects.create_superuser(
            "boss@operator.example",
            None if other == "no password" else PASSWORD,
            is_active=other != "disabled",
            is_staff=other != "no staff",
        )
    answer = change(office, staff, **end)
    assert (answer.status_code, LAST in answer.text) == (200, True)
    assert User.objects.filter(
        pk=staff.pk, is_superuser=True, is_active=True, is_staff=True
    ).exists()


@pytest.mark.parametrize("end", ENDS)
def test_one_of_two_administrators_goes(office, staff, boss, end):
    """The control, oneself as well."""
    assert change(office, staff, **end).status_code == 302
    gone = User.objects.get(pk=staff.pk)
    assert not (gone.is_superuser and gone.is_active and gone.is_staff)


def test_the_last_administrator_changes_their_name(office, staff):
    assert change(office, staff, name="Rita").status_code == 302
    assert User.objects.get(pk=staff.pk).name == "Rita"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_of_two_who_take_the_right_from_each_other_one_stays(
    acting_as, staff, boss, turn
):
    browsers = [ProcessClient("backoffice", acting_as) for _ in range(2)]
    staff.password = make_password(PASSWORD)
    staff.save()
    with override_settings(PROCESS="backoffice", ROOT_URLCONF=browsers[0].urlconf):
        browsers[0].force_login(staff)
        browsers[1].force_login(boss)
        answers = at_once(
            lambda: change(browsers[0], boss, is_superuser=None),
            lambda: change(browsers[1], staff, is_superuser=None),
        )
    assert User.objects.filter(is_superuser=True).count() == 1
    assert sorted(answer.status_code for answer in answers) == [302, 403]


@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_person_takes_turns_before_it_locks_the_row(
    office, staff, acting_as
):
    turns = Crossed("SELECT pg_advisory_xact_lock(7268, 0)")
    row = Crossed("SELECT FROM tenants_user WHERE id = %s FOR UPDATE", [staff.pk])
    with crossed(turns, row, role="vms_staff") as ended:
        answer = change(office, staff, name="Rita")
    assert (ended, answer.status_code) == ([], 302)


@pytest.mark.parametrize("how", ["new", "known"])
def test_an_administrator_who_is_no_staff_is_refused(office, how):
    user = User(email="fien@operator.example")
    if how == "known":
        user = User.objects.create_user(user.email, is_staff=True)
        answer = change(office, user, is_staff=None)
    else:
        form = form_of(user, is_staff=None)
        answer = office.post("/tenants/user/add/", form)
    assert answer.status_code == 200
    assert "An administrator works in the back office." in answer.text
    assert not User.objects.filter(email=user.email, is_superuser=True).exists()


@pytest.mark.parametrize("has_password", [False, True])
def test_who_never_signed_in_gets_the_link_at_the_right_address(
    office, django_capture_on_commit_callbacks, has_password, request
):
    request.getfixturevalue("at_once")
    user = User.objects.create_user(
        "tpyo@operator.example",
        is_staff=True,
        language="en",
        password=PASSWORD if has_password else None,
    )
    with django_capture_on_commit_callbacks(execute=True):
        new = "typo@operator.example"
        answer = change(office, user, is_superuser=None, email=new)
    assert answer.status_code == 302
    links = [m.to for m in mail.outbox if "/account/password/" in m.body]
    assert links == ([] if has_password else [[new]])
