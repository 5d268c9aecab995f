"""A narrowed member drafts and tries calls to what they are shown alone."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.models import NumberAccess
from routing.models import KnownDestination, PlanVersion
from routing.services import plans
from tenants.models import Member
from tests.routing.conftest import MONDAY, ring
from tests.routing.test_plans import draft_of
from tests.support.shown_targets import hidden, narrowed, other, redirect, targets

__all__ = ["hidden", "narrowed", "other", "targets"]
DAY = dt.timedelta(days=1)
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


# What can be taken back is noted once it is committed.
@pytest.mark.django_db(transaction=True)
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
