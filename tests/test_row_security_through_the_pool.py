"""Whatever a process forgets, no customer's row leaves it: directly and pooled.

The same acts run over a direct connection and through a real PgBouncer in
transaction mode that has one server connection for each role, so every client
meets what the one before it left behind.
"""

import os
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

import pytest
from celery import shared_task
from django.db import connection
from django.db.backends.signals import connection_created
from django.urls import reverse

from numbers.models import GeographicNumber, Site
from routing.models import Calendar
from tenants.models import Tenant
from tests.support.clients import ProcessClient
from tests.support.databases import _arrange, with_name
from vms_portal.kernel.data import row_security

pytestmark = pytest.mark.django_db(transaction=True)
FOREIGN = "+3292501400"


@pytest.fixture
def both(contract, site, make_number, make_contract, globex):
    """A site and a number of Acme, and of Globex."""
    far = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    return (
        make_number(contract, site, "+3225501200"),
        make_number(make_contract(globex), far, FOREIGN),
    )


@pytest.fixture(params=["direct", "pooled"])
def login(request, test_database_name):
    """``with login("vms_app"):`` Django's connection is that of the process."""

    def address(role: str) -> str:
        if request.param == "pooled":
            return request.getfixturevalue("pgbouncer")(role)
        name = f"DATABASE_URL_{role.removeprefix('vms_').upper()}"
        return with_name(os.environ[name], test_database_name)

    @contextmanager
    def enter(role: str):
        parts, settings = urlsplit(address(role)), connection.settings_dict
        before = dict(settings)
        connection.close()
        connection_created.disconnect(_arrange)
        settings |= {
            "HOST": parts.hostname,
            "PORT": str(parts.port),
            "USER": role,
            "PASSWORD": unquote(parts.password or ""),
        }
        try:
            assert raw("SELECT session_user::text") == [(role,)]
            yield
        finally:
            connection.close()
            settings |= before
            connection_created.connect(_arrange)

    return enter


def raw(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_a_forgotten_filter_and_raw_sql_see_one_customer(both, login):
    own, foreign = both
    with login("vms_app"):
        for number in (own, foreign, own):
            with row_security.tenant_scope(number.tenant_id):
                assert list(GeographicNumber.objects.all()) == [number]
                assert raw("SELECT id FROM numbers_site") == [(number.site_id,)]
                joined = "SELECT n.id FROM tenants_tenant t, numbers_geographicnumber n"
                assert raw(joined) == [(number.pk,)]


def test_nothing_is_seen_after_the_transaction_of_somebody_else(both, login):
    own, _ = both
    with login("vms_app"):
        with row_security.tenant_scope(own.tenant_id):
            assert GeographicNumber.objects.count() == 1
        connection.close()
        assert raw("SELECT count(*) FROM numbers_geographicnumber") == [(0,)]
        assert not Tenant.objects.exists()


def test_an_update_and_a_delete_of_everything_reach_one_customer(both, login):
    own, foreign = both
    for number in both:
        Calendar.objects.create(
            tenant=number.tenant, name="Office", slug="office", definition={}
        )
    with login("vms_app"), row_security.tenant_scope(own.tenant_id):
        assert GeographicNumber.objects.update(label="mine now") == 1
        assert raw("UPDATE numbers_site SET name = 'x' RETURNING id") == [
            (own.site_id,)
        ]
        assert GeographicNumber.objects.filter(pk=foreign.pk).update(label="x") == 0
        deleted = raw("DELETE FROM routing_calendar RETURNING tenant_id")
        assert deleted == [(own.tenant_id,)]
    foreign.refresh_from_db()
    assert (foreign.label, foreign.site.name) == ("", "Gent")
    assert Calendar.objects.get().tenant == foreign.tenant


def test_a_page_shows_its_customer_and_the_next_one_another(
    both, viewer, stranger, login, acting_as
):
    clients = []
    for member in (viewer, stranger):
        client = PooledClient("portal", acting_as)
        client.force_login(member.user)
        clients.append(client)
    with login("vms_app"):
        for client, shown, hidden in (
            (clients[0], "2 550 12 00", "9 250 14 00"),
            (clients[1], "9 250 14 00", "2 550 12 00"),
        ) * 2:
            page = client.get(reverse("numbers:number_list")).content.decode()
            page = page.replace("\N{NO-BREAK SPACE}", " ")
            assert shown in page
            assert hidden not in page


class PooledClient(ProcessClient):
    """Asks as the role that is logged in: taking another is refused there."""

    def __init__(self, process: str, acting_as) -> None:
        super().__init__(process, acting_as)
        self.acting_as = as_logged_in


@contextmanager
def as_logged_in(role: str):
    yield


@shared_task
def careless_task(tenant_id: int | None = None) -> list[str]:
    """What a task sees that forgot its scope, or set one and forgot its filter."""
    numbers = GeographicNumber.objects.order_by("e164").values_list("e164", flat=True)
    if tenant_id is None:
        return list(numbers)
    with row_security.tenant_scope(tenant_id):
        return list(numbers)


def test_a_task_without_a_scope_sees_nothing_and_with_one_its_customer(both, login):
    own, foreign = both
    with login("vms_worker"):
        assert careless_task.apply().get() == []
        assert careless_task.apply(args=(own.tenant_id,)).get() == [own.e164]
        assert careless_task.apply().get() == []
        with row_security.system_scope():
            assert GeographicNumber.objects.count() == 2
        assert careless_task.apply(args=(foreign.tenant_id,)).get() == [FOREIGN]
        assert careless_task.apply().get() == []


def test_the_control_staff_see_every_customer(both, login):
    with login("vms_staff"):
        assert GeographicNumber.objects.count() == 2
