"""Who sees some numbers only meets no other, on no address, by no method."""

import pytest
from django.db import transaction
from django.test import override_settings

from tenants.models import Member
from tests.support.route_values import number, redirection, version
from tests.support.routes import ROUTES
from tests.support.walk import Walker
from tests.support.world import World

NARROWED = ("editor", "operator", "finance", "viewer")
# What a page about the hidden number would hold.
MARKS = ("+3225504701", "2 550 47 01", "Ourselves desk", "Ourselves house")
OF_A_NUMBER = {
    name
    for name, route in ROUTES.items()
    if route.kwargs in (number, redirection, version)
} | {"numbers:site_edit", "traffic:call_detail", "routing:bulk_divert"}


@pytest.fixture(scope="module")
def walker(django_db_setup, django_db_blocker, acting_as, tmp_path_factory):
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), files, transaction.atomic():
        own = World("47", "Ourselves")
        walker = Walker(own, World("58", "Zwartekat"), acting_as)
        own.tenant.name = "Somebody"
        own.tenant.save()
        yield walker
        transaction.set_rollback(True)


def narrow(walker: Walker) -> None:
    people = [walker.own.members[role].pk for role in NARROWED]
    assert Member.objects.filter(pk__in=people).update(sees_all_numbers=False) == 4


def found(walker: Walker, name: str, *, narrowed: bool = True) -> list[str]:
    """Return what of the number an address gives to the roles it is for."""
    route, told = ROUTES[name], []
    for method in route.methods:
        body = route.body(walker.own)
        for role in route.allowed(method).intersection(NARROWED):
            with walker.client(name, role) as client:
                if narrowed:
                    narrow(walker)
                path = walker.path(name, route, walker.own)
                answer = walker.ask(client, method, path, body)
                text = walker.text(answer)
            asked = f"{method} {name} as {role}"
            if name in OF_A_NUMBER and answer.status_code != 404:
                told.append(f"{asked}: {answer.status_code}")
            echoed = " ".join(map(str, body.values()))
            told += [f"{asked}: {m}" for m in MARKS if m in text and m not in echoed]
    return told


@pytest.mark.parametrize("name", ROUTES)
def test_a_hidden_number_shows_nowhere(walker, name):
    assert found(walker, name) == []


@pytest.mark.parametrize(
    "name", ["numbers:number_list", "traffic:statistics", "api:call-list"]
)
def test_without_the_narrowing_it_is_found(walker, name):
    """The control: who sees every number is shown this one."""
    assert found(walker, name, narrowed=False)
