"""Where the calls of a number go, at once and later."""

import datetime as dt

from numbers.models import Line, Site
from numbers.services.inventory import release_number
from routing.decisions.simulation import simulate_number
from routing.models import CompiledPlan
from routing.services import forwarding
from tests.routing.conftest import MONDAY, facts

PARIS, FREE = "+33123456789", "+3280012345"
LATER = MONDAY + dt.timedelta(minutes=5)
NEXT_DAY = MONDAY + dt.timedelta(days=1)


def send(number, destination, editor):
    forwarding.divert(
        numbers=[number], destination=destination, until=None, member=editor, now=MONDAY
    )


def forward(destination):
    return {
        "schema": 1,
        "entry": "f",
        "nodes": {"f": {"type": "forward", "destination": destination}},
    }


def written(number):
    """Is a destination abroad or an 0800 anywhere in what the network serves?"""
    body = str(CompiledPlan.objects.get(number=number).body)
    return PARIS in body or FREE in body


def goes_to(number, outcomes=None, at=LATER):
    found = simulate_number(
        number, facts(number, at), caller="+32475000000", outcomes=outcomes
    )
    return found["destination"]


def ends_for_globex(number, staff, globex, make_contract, make_number):
    """End a number, which is another customer's from the next day on."""
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    gent = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    Line.objects.create(tenant=globex, site=gent, e164="+3292501200")
    make_number(make_contract(globex), gent, number.e164, activated_on=NEXT_DAY.date())
