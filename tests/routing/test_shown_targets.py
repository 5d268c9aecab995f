"""A member who sees some numbers sends calls only to what they are shown."""

import datetime as dt

import pytest
from django.urls import reverse

from numbers.models import Line, NumberAccess, Site
from routing.models import KnownDestination, Override, Redirection
from routing.services import forwarding, library, plans
from routing.services.destinations import ForbiddenDestination
from tenants.models import Member
from tests.routing.conftest import MONDAY, ring
from tests.routing.test_plans import draft_of

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


def divert(number, member, destination):
    return forwarding.divert(
        numbers=[number], destination=destination, until=None, member=member,
        now=MONDAY,
    )  # fmt: skip


def redirect(number, member, destination, backup=""):
    return forwarding.set_redirection(
        number=number, kind=Redirection.Kind.CFU, destination=destination,
        backup=backup, member=member, now=MONDAY,
    )  # fmt: skip


def test_no_diversion_to_what_is_hidden(number, narrowed, targets, acme):
    for target in targets:
        KnownDestination.objects.create(
            tenant=acme, e164=target[:16], first_used_at=MONDAY, added_by=narrowed.user
        )
        with pytest.raises(ForbiddenDestination) as refused:
            divert(number, narrowed, target)
        assert refused.value.kind == "not_shown"
    assert not Override.objects.exists()


def test_who_sees_everything_diverts_there(number, editor, hidden):
    assert divert(number, editor, "site:gent")


def test_no_redirection_either_in_both_places(other, narrowed, site, acme, make_number,
                                              contract):  # fmt: skip
    mine = make_number(contract, site, "+3225501277", option="VOICE_CONTINUITY")
    NumberAccess.objects.create(tenant=acme, member=narrowed, number=mine)
    for target, backup in (("site:gent", ""), ("line", "site:gent")):
        with pytest.raises(ForbiddenDestination):
            redirect(mine, narrowed, target, backup)


def test_what_was_prepared_for_the_number_is_shown_with_it(
    admin, narrowed, site, hidden, acme, make_number, contract
):
    mine = make_number(contract, site, "+3225501277", option="VOICE_CONTINUITY")
    NumberAccess.objects.create(tenant=acme, member=narrowed, number=mine)
    redirect(mine, admin, "site:gent")
    assert redirect(mine, narrowed, "site:gent").is_on


def test_no_plan_names_what_is_hidden_and_the_page_says_so(
    client, number, narrowed, hidden
):
    draft = draft_of(number, narrowed, ring("site:gent"))
    client.force_login(narrowed.user)
    page = client.post(
        reverse("routing:publish", args=[number.pk]),
        {"draft": draft.pk, "revision": draft.revision},
    )
    assert page.status_code == 422
    assert "not among the sites and numbers you see" in page.text
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_plan_keeps_what_others_put_there(number, narrowed, admin, hidden):
    first = draft_of(number, admin, ring("site:gent"))
    plans.publish(draft=first, member=admin, now=MONDAY)
    again = ring("site:gent")
    again["nodes"]["r1"]["targets"][0]["ring_s"] = 30
    draft = draft_of(number, narrowed, again)
    assert plans.publish(draft=draft, member=narrowed, now=MONDAY).state == "live"


def test_no_safety_destination_is_hidden(narrowed, hidden):
    with pytest.raises(ForbiddenDestination):
        library.set_safety_destination(
            destination="site:gent", member=narrowed, now=MONDAY
        )


def test_the_pages_and_the_api_refuse_it(client, number, narrowed, hidden):
    client.force_login(narrowed.user)
    form = {"to": "", "other": LINE, "until": "4h"}
    page = client.post(reverse("routing:divert", args=[number.pk]), form)
    assert page.status_code == 422
    assert "not among the sites and numbers you see" in page.text
    bulk = client.post(reverse("routing:bulk_divert"), {**form, "ids": [number.pk]})
    assert bulk.status_code == 422
    answer = client.post(
        f"/api/v1/numbers/{number.pk}/divert/", {"destination": "site:gent"},
        "application/json",
    )  # fmt: skip
    assert answer.status_code in (400, 422)
    assert not Override.objects.exists()


def test_what_was_used_before_is_not_offered_when_hidden(
    client, number, narrowed, admin, hidden
):
    made = divert(number, admin, "site:gent")
    Override.objects.filter(pk=made[0].pk).update(until=MONDAY + dt.timedelta(hours=1))
    client.force_login(narrowed.user)
    page = client.get(reverse("routing:number_detail", args=[number.pk]))
    assert 'value="site:gent"' not in page.text
