"""What the tests of people and access share."""

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache

from tenants.models import Member, User
from tests.support.staff_groups import join_group
from vms_portal.celery import app


@pytest.fixture(autouse=True)
def nothing_guessed_before():
    """The address that tests ask from has guessed nothing in the minute before."""
    cache.delete("throttle_wrong_token_127.0.0.1")


@pytest.fixture
def clerk(db):
    """``clerk("sales")`` is a person of that group."""

    def make(name: str) -> User:
        user = User.objects.create_user(f"{name}@operator.example", is_staff=True)
        return join_group(user, name)

    return make


@pytest.fixture(scope="module")
def every_task() -> None:
    """A worker knows them all, whichever test came before."""
    app.loader.import_default_modules()


@pytest.fixture
def broken_task():
    """A task that fails while its ``healed`` is false."""
    state = {"healed": False}

    @app.task(name="tests.broken")
    def work(number: int) -> None:
        if not state["healed"]:
            raise ValueError(f"cannot do {number}")

    yield work, state
    app.tasks.pop("tests.broken")


@pytest.fixture
def second_admin(acme, make_member) -> Member:
    return make_member(acme, Member.Role.ADMIN)


@pytest.fixture
def office(staff_client, staff):
    """Whoever is there shows it when they are asked."""
    staff.password = make_password("tulips in the rain")
    staff.save()
    staff_client.force_login(staff)
    return staff_client


@pytest.fixture
def change(staff_client, staff):
    """Staff change a person in the back office and answer its question."""
    staff_client.force_login(staff)

    def send(person: User, **values) -> None:
        person.refresh_from_db()
        form: dict[str, Any] = {
            "email": person.email,
            "name": person.name,
            "language": "en",
        }
        flags = ("is_active", "is_staff", "is_superuser")
        form |= {name: "on" for name in flags if getattr(person, name)}
        form["groups"] = list(person.groups.values_list("pk", flat=True))
        form |= values | {"confirmed": "on", "reason": "asked to"}
        form = {name: value for name, value in form.items() if value != ""}
        url = f"/tenants/user/{person.pk}/change/"
        assert staff_client.post(url, form).status_code == 302

    return send


@pytest.fixture
def colleague(clerk) -> User:
    return clerk("sales")
