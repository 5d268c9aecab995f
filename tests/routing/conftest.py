"""Numbers with something to decide."""

import datetime as dt

import pytest

from numbers.models import ServiceOption
from routing.decisions.facts import CustomerRouting
from routing.models import Announcement, Calendar, KnownDestination
from routing.services import plans

MONDAY = dt.datetime(2026, 11, 23, 9, 15, tzinfo=dt.UTC)  # 10:15 in Brussels
MOBILE = "+32470112233"
OFFICE = {
    "time_zone": "Europe/Brussels",
    "mode": "auto",
    "weekly": {"mon": [["08:30", "12:00"]]},
    "holidays": "BE",
    "special": [],
}


def ring(destination: str) -> dict:
    """A plan that rings one destination and then hangs up."""
    return {
        "schema": 1,
        "entry": "r1",
        "nodes": {
            "r1": {
                "type": "ring",
                "mode": "sequential",
                "targets": [{"destination": destination, "ring_s": 20}],
                "exits": {"failed": "bye"},
            },
            "bye": {"type": "hangup", "cause": "normal"},
        },
    }


@pytest.fixture
def library(acme) -> None:
    Calendar.objects.create(
        tenant=acme, slug="office", name="Office", definition=OFFICE
    )
    Announcement.objects.create(
        tenant=acme, slug="closed", name="Closed", language="fr", text="Fermé."
    )


@pytest.fixture
def operator_member(operator_member, editor):
    """An operator whose colleague used the mobile before: operators may use it."""
    KnownDestination.objects.create(
        tenant=operator_member.tenant,
        e164=MOBILE,
        first_used_at=MONDAY,
        added_by=editor.user,
    )
    return operator_member


@pytest.fixture
def second(contract, site, make_number):
    return make_number(contract, site, "+3225501201")


@pytest.fixture
def continuity_number(contract, site, make_number):
    return make_number(contract, site, "+3225501208", ServiceOption.VOICE_CONTINUITY)


def facts(number, at) -> CustomerRouting:
    """What decides for a number at an instant."""
    return CustomerRouting(number.tenant, at)


def schedule(destination: str) -> dict:
    """A plan that rings one destination in office hours and else hangs up."""
    document = ring(destination)
    document["nodes"]["hours"] = {
        "type": "schedule",
        "calendar": "office",
        "exits": {"open": "r1", "closed": "bye"},
    }
    return {**document, "entry": "hours"}


def make_live(number, document, member, now=MONDAY):
    """Publish ``document`` as the number's next version."""
    draft = plans.open_draft(number=number, member=member)
    plans.save_draft(
        draft=draft, document=document, revision=draft.revision, member=member
    )
    return plans.publish(draft=draft, member=member, now=now, replace=True)


@pytest.fixture
def draft(library, number, editor):
    draft = plans.open_draft(number=number, member=editor)
    return plans.save_draft(
        draft=draft, document=ring(MOBILE), revision=1, member=editor
    )


@pytest.fixture
def office(library):
    return Calendar.objects.get()
