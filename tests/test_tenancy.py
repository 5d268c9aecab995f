"""No customer sees or touches another's data, on no address, by no method."""

import pytest
from django.db import transaction
from django.test import override_settings
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator

from tests.support.routes import ALL, PUBLIC, PUBLIC_PREFIXES, ROUTES, Route
from tests.support.walk import Walker, missing, names
from tests.support.world import World

PORTAL = "vms_portal.urls.portal"


@pytest.fixture(scope="module")
def worlds(django_db_setup, django_db_blocker, acting_as, tmp_path_factory):
    """Two customers for the whole module: what a request does is undone each time."""
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), files, transaction.atomic():
        yield World("47", "Ourselves"), World("58", "Zwartekat")
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def walker(worlds, acting_as):
    own, foreign = worlds
    return Walker(own, foreign, acting_as)


@pytest.fixture
def leaky(worlds, acting_as):
    """``leaky(role)`` walks the addresses that break the promises."""

    own, foreign = worlds

    def make(role: str = "vms_blind_trust") -> Walker:
        return Walker(own, foreign, acting_as, "tests.support.leaky_urls", role)

    return make


def test_every_address_is_walked_or_said_to_be_public():
    assert missing(PORTAL, PUBLIC, PUBLIC_PREFIXES) == []


def test_every_line_is_an_address():
    assert set(ROUTES) - set(names(PORTAL)) == set()


@pytest.mark.parametrize("name", ROUTES)
def test_nothing_of_a_stranger_shows_or_changes(walker, name):
    walker.check(name, ROUTES[name])


def test_every_operation_of_the_api_is_walked():
    """The description and the walk name the same methods of the same addresses."""
    schema = SchemaGenerator(urlconf=PORTAL).get_schema(request=None, public=True)
    assert schema["paths"]
    for path, methods in schema["paths"].items():
        example = path.replace("{reference}", "2026-000001").replace("{id}", "1")
        match = resolve(example, urlconf=PORTAL)
        walked = {method.lower() for method in ROUTES[match.view_name].methods}
        assert set(methods) == walked, path


def test_a_program_without_the_scope_is_refused(walker):
    ours = {n: route for n, route in ROUTES.items() if n.startswith("api:")}
    assert len(ours) >= 10
    for name, route in ours.items():
        for method in route.methods:
            with walker.client("") as client:
                secret = walker.token_of(walker.own.members["admin"], ["no:scope"])
                client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
                path = walker.path(name, route, walker.own)
                answer = walker.ask(client, method, path, route.body(walker.own))
            assert answer.status_code == 403, f"{method} {name}"


# --- the walk itself -------------------------------------------------------------

ANY_SITE = Route(GET=ALL, kwargs=lambda w: {"pk": w.site.pk})


def test_a_forgotten_filter_leaks_nothing_through_row_security(leaky):
    leaky("vms_app").check("leaky:unfiltered", ANY_SITE)


def test_without_row_security_the_walk_finds_it(leaky):
    """The control: the same view, asked by a role that sees every row."""
    with pytest.raises(AssertionError, match="of a stranger as .*: 200"):
        leaky().check("leaky:unfiltered", ANY_SITE)


@pytest.mark.parametrize(
    ("name", "route", "complaint"),
    [
        ("told_apart", ANY_SITE, "not the answer of an absent one"),
        ("written", Route(POST=ALL, kwargs=ANY_SITE.kwargs), "changed"),
        ("open", Route(GET=ALL), "as a visitor: 200"),
        ("no_role", Route(GET=frozenset({"admin"})), "as editor: 200"),
        ("listed", Route(GET=ALL), "shows"),
        ("planted", Route(POST=ALL, planted=ANY_SITE.kwargs), "changed"),
        ("broken", Route(POST=ALL), "GET leaky:broken as admin: 200"),
    ],
)
def test_the_walk_finds_a_planted_leak(leaky, name, route, complaint):
    with pytest.raises(AssertionError, match=complaint):
        leaky().check(f"leaky:{name}", route)


def test_the_walk_finds_an_address_nobody_spoke_for():
    found = missing("tests.support.leaky_urls", PUBLIC, PUBLIC_PREFIXES)
    assert "leaky:unfiltered" in found
    assert "(an address without a name)" in found
