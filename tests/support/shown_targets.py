"""A member who sees one number, and what is hidden from them."""

import pytest

from numbers.models import Line, NumberAccess, Site
from routing.models import Redirection
from routing.services import forwarding
from tenants.models import Member
from tests.routing.conftest import MONDAY

LINE = "+3292334455"


@pytest.fixture
def hidden(acme) -> Site:
    """A site of the customer that the narrowed member does not see."""
    site = Site.objects.create(tenant=acme, name="Gent", slug="gent")
    Line.objects.create(tenant=acme, site=site, e164=LINE)
    return site


@pytest.fixture
def other(hidden, contract, make_number):
    return make_number(contract, hidden, "+3292334400", option="VOICE_CONTINUITY")


@pytest.fixture
def narrowed(number, editor) -> Member:
    editor.sees_all_numbers = False
    editor.save()
    NumberAccess.objects.create(tenant=number.tenant, member=editor, number=number)
    return editor


@pytest.fixture
def targets(hidden, other) -> list[str]:
    return ["site:gent", LINE, other.e164]


def redirect(number, member, destination, backup=""):
    return forwarding.set_redirection(
        number=number,
        kind=Redirection.Kind.CFU,
        destination=destination,
        backup=backup,
        member=member,
        now=MONDAY,
    )
