"""A member who sees some numbers sends calls only to what they are shown."""

import datetime as dt

import pytest
from django.urls import reverse

from numbers.models import Line, NumberAccess
from numbers.services.inventory import release_number
from routing.decisions.facts import CustomerRouting
from routing.decisions.shown_targets import hidden_among
from routing.models import KnownDestination, Override
from routing.services import every_number, forwarding, plans
from routing.services.destinations import ForbiddenDestination
from tests.routing.conftest import MONDAY, ring
from tests.routing.test_plans import draft_of
from tests.support.shown_targets import LINE, hidden, narrowed, other, redirect, targets

__all__ = ["hidden", "narrowed", "other", "targets"]
DAY = dt.timedelta(days=1)


def divert(number, member, destination):
    return forwarding.divert(
        numbers=[number],
        destination=destination,
        until=None,
        member=member,
        now=MONDAY,
    )


@pytest.fixture
def ended(narrowed, contract, site, make_number):
    """A number that the member was shown until it ended."""
    ended = make_number(
        contract, site, "+3225501201", activated_on=(MONDAY - 300 * DAY).date()
    )
    NumberAccess.objects.create(tenant=ended.tenant, member=narrowed, number=ended)
    type(ended).objects.filter(pk=ended.pk).update(
        released_on=(MONDAY - 40 * DAY).date()
    )
    return ended


@pytest.fixture
def given_back(ended, contract, hidden, make_number):
    """Its digits on a hidden site now."""
    return make_number(
        contract, hidden, ended.e164, activated_on=(MONDAY - 10 * DAY).date()
    )


def test_a_number_that_ended_shows_nothing_of_one_with_its_digits(
    number, narrowed, given_back
):
    with pytest.raises(ForbiddenDestination):
        divert(number, narrowed, given_back.e164)
    customer = CustomerRouting(number.tenant, MONDAY, shown_to=narrowed)
    world = customer.nearby(number, ring(given_back.e164), hides=True)
    assert world["numbers"] == {}
    # The control: whoever is shown the number itself.
    NumberAccess.objects.create(
        tenant=number.tenant, member=narrowed, number=given_back
    )
    world = customer.nearby(number, ring(given_back.e164), hides=True)
    assert list(world["numbers"]) == [given_back.e164]
    divert(number, narrowed, given_back.e164)


def test_a_number_in_service_is_shown_whoever_has_its_digits_later(
    number, narrowed, contract, site, staff, make_number
):
    """The next contract's row is granted to nobody yet."""
    mine = make_number(contract, site, "+3225501201")
    NumberAccess.objects.create(tenant=number.tenant, member=narrowed, number=mine)
    release_number(number=mine, last_day=(MONDAY + 30 * DAY).date(), actor=staff)
    make_number(contract, site, mine.e164, activated_on=(MONDAY + 31 * DAY).date())
    divert(number, narrowed, mine.e164)
    after = hidden_among([mine.e164], narrowed, [], (MONDAY + 31 * DAY).date())
    assert after == [mine.e164]


def test_a_number_that_ended_shows_no_line_with_its_digits(
    number, narrowed, ended, hidden
):
    Line.objects.filter(site=hidden).update(e164=ended.e164)
    with pytest.raises(ForbiddenDestination):
        divert(number, narrowed, ended.e164)


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


def test_no_redirection_either_in_both_places(
    other, narrowed, site, acme, make_number, contract
):
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
    client, number, narrowed, admin, hidden
):
    draft = draft_of(number, admin, ring("site:gent"))
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
        every_number.set_safety_destination(
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
        f"/api/v1/numbers/{number.pk}/divert/",
        {"destination": "site:gent"},
        "application/json",
    )
    assert answer.status_code == 400
    assert not Override.objects.exists()


def test_what_was_used_before_is_not_offered_when_hidden(
    client, number, narrowed, admin, hidden
):
    made = divert(number, admin, "site:gent")
    Override.objects.filter(pk=made[0].pk).update(until=MONDAY + dt.timedelta(hours=1))
    for member, is_shown in ((narrowed, False), (admin, True)):
        client.force_login(member.user)
        page = client.get(reverse("routing:number_detail", args=[number.pk]))
        assert ('value="site:gent"' in page.text) is is_shown
