"""A member who sees some numbers sends calls only to what they are shown."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.models import Line, NumberAccess, Site
from numbers.services.inventory import release_number
from routing.decisions.facts import CustomerRouting
from routing.decisions.shown_targets import hidden_among
from routing.models import KnownDestination, Override, PlanVersion, Redirection
from routing.services import every_number, forwarding, plans
from routing.services.destinations import ForbiddenDestination
from tenants.models import Member
from tests.routing.conftest import MONDAY, ring
from tests.routing.test_plans import draft_of

LINE = "+3292334455"
DAY = dt.timedelta(days=1)


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


def redirect(number, member, destination, backup=""):
    return forwarding.set_redirection(
        number=number,
        kind=Redirection.Kind.CFU,
        destination=destination,
        backup=backup,
        member=member,
        now=MONDAY,
    )


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
    assert answer.status_code in (400, 422)
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


SECRET = "+32475987654"
TOLD = ("475 98 76 54", SECRET)


@pytest.fixture
def diverted(other, admin):
    """Where the calls of the hidden number go is nothing to the narrowed member."""
    redirect(other, admin, SECRET)
    # It is not offered either, so that no page names it for that reason.
    KnownDestination.objects.all().delete()
    return other


def save_step(client, number, destination):
    client.post(reverse("routing:plan_begin", args=[number.pk]))
    draft = PlanVersion.objects.get(number=number, state="draft")
    form = {
        "revision": draft.revision,
        "step": "ring",
        "label": "",
        "mode": "sequential",
        "to-0": "",
        "other-0": destination,
        "seconds-0": "20",
        "seconds-1": "20",
        "exit-failed": "end",
    }
    return client.post(reverse("routing:step_save", args=[number.pk]), form)


def test_no_step_takes_what_is_hidden(client, number, narrowed, targets, library):
    client.force_login(narrowed.user)
    for target in targets:
        page = save_step(client, number, target)
        assert page.status_code == 422
        assert "not among the sites and numbers you see" in page.text
    draft = PlanVersion.objects.get(number=number, state="draft")
    assert draft.revision == 1


def test_who_sees_everything_sends_a_step_there(client, number, editor, other, library):
    client.force_login(editor.user)
    assert save_step(client, number, other.e164).status_code == 302


def test_a_step_keeps_what_the_draft_names(client, number, narrowed, admin, other):
    draft = draft_of(number, admin, ring(other.e164))
    assert plans.save_draft(
        draft=draft,
        document={**ring(other.e164), "entry": "end"},
        revision=draft.revision,
        member=narrowed,
    )


def test_undo_brings_back_nothing_that_is_hidden_by_now(
    client, number, editor, admin, other, library
):
    draft_of(number, admin, ring(other.e164))
    client.force_login(editor.user)
    draft = PlanVersion.objects.get(number=number, state="draft")
    step = {"revision": draft.revision, "step": "r1"}
    client.post(reverse("routing:step_delete", args=[number.pk]), step)
    draft.refresh_from_db()
    Member.objects.filter(pk=editor.pk).update(sees_all_numbers=False)
    NumberAccess.objects.create(tenant=number.tenant, member=editor, number=number)
    back = reverse("routing:plan_undo", args=[number.pk])
    page = client.post(back, {"revision": draft.revision}, follow=True)
    assert "not among the sites and numbers you see" in page.text
    draft.refresh_from_db()
    assert "r1" not in draft.document["nodes"]


@pytest.mark.parametrize("state", ["draft", "live"])
def test_trying_a_call_tells_nothing_of_what_a_hidden_number_does(
    client, number, narrowed, admin, diverted, library, state
):
    """In a draft of before, or in what a colleague published."""
    draft = draft_of(number, admin, ring(diverted.e164))
    if state == "live":
        plans.publish(draft=draft, member=admin, now=MONDAY)
    simulate = reverse("routing:simulate", args=[number.pk])
    form = {"caller": "0475123456", "day": "now", "when": "now"}
    form |= {"draft": "1"} if state == "draft" else {}

    def pages(member) -> list[str]:
        client.force_login(member.user)
        asked = {"caller": "+32475123456"}
        url = f"/api/v1/numbers/{number.pk}/simulate/"
        return [
            client.get(simulate, form).text,
            client.post(url, asked, "application/json").text,
            client.get(reverse("routing:number_detail", args=[number.pk])).text,
            client.get(reverse("routing:plan_edit", args=[number.pk])).text,
            client.get(f"/api/v1/numbers/{number.pk}/where-now/").text,
        ]

    assert not [text for text in pages(narrowed) for said in TOLD if said in text]
    # Who sees the number is told.
    assert any(said in pages(admin)[0] for said in TOLD)


@pytest.fixture
def later(narrowed, contract, site, make_number):
    """A number the member sees that begins in two months."""
    first = timezone.now().date() + 60 * DAY
    number = make_number(contract, site, "+3225501278", activated_on=first)
    NumberAccess.objects.create(tenant=number.tenant, member=narrowed, number=number)
    return number


@pytest.mark.parametrize("is_shown_then", [True, False])
def test_a_step_is_judged_as_of_the_first_day_of_its_number(
    is_shown_then, client, later, narrowed, contract, hidden, make_number
):
    """The digits are a number of theirs today, and again by then; one is shown."""
    today = timezone.now().date()
    digits = "+3225501290"
    now = make_number(contract, hidden, digits, released_on=today + 5 * DAY)
    then = make_number(contract, hidden, digits, activated_on=today + 20 * DAY)
    shown = then if is_shown_then else now
    NumberAccess.objects.create(tenant=now.tenant, member=narrowed, number=shown)
    client.force_login(narrowed.user)
    page = save_step(client, later, digits)
    assert page.status_code == (302 if is_shown_then else 422)
    draft = PlanVersion.objects.get(number=later, state="draft")
    assert (digits in str(draft.document)) is is_shown_then
    if not is_shown_then:
        assert "not among the sites and numbers you see" in page.text
        assert digits in page.text
