"""What the tests of numbers share."""

import io
import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.utils import timezone

from numbers.models import Line, Site
from numbers.services.importing import import_numbers
from routing.models import Announcement, Calendar, Queue
from tests.routing.conftest import MOBILE, OFFICE, make_live
from tests.support.diversions import divert
from tests.support.ended_lines import DAY, ELSEWHERE, GONE
from tests.support.number_files import NOW
from tests.support.numbers_office import PASSWORD
from vms_portal.kernel.local_time import local_date


@pytest.fixture
def office(staff_client, staff):
    staff_client.force_login(staff)
    return staff_client


@pytest.fixture
def fresh_office(office):
    """Staff who signed in a moment ago."""
    session = office.session
    typed = {"method": "password", "at": time.time(), "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [typed]
    session.save()
    return office


@pytest.fixture
def borrowed_office(office, staff):
    """An open back office whose person signed in a while ago."""
    staff.set_password(PASSWORD)
    staff.save()
    office.force_login(staff)
    return office


@pytest.fixture
def load(contract):
    def run(content: bytes | str, **options):
        data = content.encode() if isinstance(content, str) else content
        values = {
            "file": io.BytesIO(data),
            "name": "numbers.csv",
            "now": NOW,
            "contract": contract,
            "actor": "test",
        }
        return import_numbers(**{**values, **options})

    return run


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def gent(acme):
    """A site that calls are sent to."""
    gent = Site.objects.create(tenant=acme, name="Gent", slug="gent")
    Line.objects.create(tenant=acme, site=gent, e164=ELSEWHERE)
    return gent


@pytest.fixture
def was_theirs(contract, site, make_number, now):
    """Make a number with GONE's digits of these days, counted from today."""

    def make(first: int, last: int | None):
        ends = None if last is None else local_date(now) + last * DAY
        begins = local_date(now) + first * DAY
        return make_number(contract, site, GONE, activated_on=begins, released_on=ends)

    return make


@pytest.fixture
def library(acme):
    """What plans of lines refer to; the hours are closed."""
    office = {**OFFICE, "mode": "force_closed"}
    Calendar.objects.create(
        tenant=acme, slug="office", name="Office", definition=office
    )
    Announcement.objects.create(
        tenant=acme, slug="welcome", name="Welcome", language="fr", text="Bonjour."
    )
    Queue.objects.create(tenant=acme, slug="sales", name="Sales")


@pytest.fixture
def plan(library, number, editor):
    """Publish a plan on the number, or on another."""

    def plan(document, number=number):
        make_live(number, document, editor, now=timezone.now())

    return plan


@pytest.fixture
def diverted(number, editor):
    """Divert the number until somebody stops it."""

    def diverted(to=MOBILE):
        divert([number], editor, to, until=None, now=timezone.now())

    return diverted


@pytest.fixture
def other(contract, gent, make_number):
    """Another number of the customer."""
    return make_number(contract, gent, "+3292501310")
