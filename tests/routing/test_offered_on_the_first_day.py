"""What begins later is offered, and asks, what holds on its first day."""

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.models import GeographicNumber, Line, ServiceOption, Site
from numbers.services.inventory import release_number
from routing.models import KnownDestination, Redirection
from routing.services import forwarding, plans
from routing.services.destinations import ForbiddenDestination
from tests.routing.conftest import make_live, ring
from tests.support.came_and_went import DAY, PORTED
from vms_portal.kernel.local_time import local_date

BEGINS = 20


@pytest.fixture
def today():
    return local_date(timezone.now())


@pytest.fixture
def liege(acme):
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=liege, e164=PORTED)
    return liege


@pytest.fixture
def later(contract, site, make_number, today):
    return make_number(
        contract,
        site,
        "+3225501278",
        ServiceOption.VOICE_CONTINUITY,
        activated_on=today + BEGINS * DAY,
    )


@pytest.fixture
def periods(request, contract, site, make_number, today):
    """Make a number with the digits of the line of Liège, for days from today."""
    for first, last in request.param:
        make_number(
            contract,
            site,
            PORTED,
            activated_on=today + first * DAY,
            released_on=None if last is None else today + last * DAY,
        )


AGAIN = [(-60, -5), (BEGINS - 5, None)]
AGAIN_THAT_DAY = [(-60, -5), (BEGINS, None)]
AGAIN_TOO_LATE = [(-60, -5), (BEGINS + 1, None)]
ENDS_BEFORE = [(-60, BEGINS - 1)]
ENDS_THAT_DAY = [(-60, BEGINS)]


@pytest.mark.parametrize(
    ("periods", "is_offered", "is_today"),
    [
        (AGAIN, True, False),
        (AGAIN_THAT_DAY, True, False),
        (AGAIN_TOO_LATE, False, False),
        (ENDS_BEFORE, False, True),
        (ENDS_THAT_DAY, True, True),
    ],
    indirect=["periods"],
)
def test_a_site_is_offered_if_it_may_be_called_on_the_first_day(
    client, editor, number, later, liege, periods, is_offered, is_today
):
    client.force_login(editor.user)
    value = 'value="site:liege"'
    for one, expected in ((later, is_offered), (number, is_today)):
        make_live(one, ring("line"), editor, now=timezone.now())
        client.post(reverse("routing:plan_begin", args=[one.pk]))
        page = client.get(reverse("routing:plan_edit", args=[one.pk]))
        assert page.status_code == 200
        assert (value in page.text) is expected
        # What is offered is what can be published.
        draft = plans.open_draft(number=one, member=editor)
        draft.document = ring("site:liege")
        draft.save()
        try:
            plans.publish(draft=draft, member=editor, now=timezone.now())
        except plans.PlanHasProblems:
            assert not expected
        else:
            assert expected
    # The redirections that are prepared on the page of the number.
    page = client.get(reverse("routing:number_detail", args=[later.pk]))
    assert (value in page.text) is is_offered


@pytest.mark.parametrize("periods", [ENDS_BEFORE], indirect=True)
def test_what_is_prepared_for_a_later_day_is_new_as_of_that_day(
    later, editor, operator_member, liege, periods, acme, today
):
    """A dispatcher switches on what was prepared: it is no number of theirs then."""
    values = {"number": later, "kind": "cfu", "destination": PORTED}
    forwarding.set_redirection(**values, member=editor, now=timezone.now(), is_on=False)
    (known,) = KnownDestination.objects.filter(e164=PORTED)
    assert local_date(known.first_used_at) == later.activated_on
    then = timezone.now() + (BEGINS + 2) * DAY
    made = forwarding.set_redirection(**values, member=operator_member, now=then)
    assert made.is_on
    # The control: what nobody prepared.
    KnownDestination.objects.filter(e164=PORTED).delete()
    with pytest.raises(ForbiddenDestination):
        forwarding.set_redirection(**values, member=operator_member, now=then)


@pytest.mark.parametrize("periods", [[(BEGINS - 5, None)]], indirect=True)
def test_a_number_of_theirs_by_then_is_no_new_destination_of_a_redirection(
    client, later, editor, periods
):
    client.force_login(editor.user)
    sent = {"cfu-to": "", "cfu-other": PORTED, "cfu-until": "4h", "act": "prepare"}
    url = reverse("routing:redirection_set", args=[later.pk, "cfu"])
    answer = client.post(url, sent)
    assert answer.status_code == 302, answer.text
    assert answer["Location"] == reverse("routing:number_detail", args=[later.pk])
    assert Redirection.objects.get(number=later).destination == PORTED
    assert not KnownDestination.objects.exists()


@pytest.mark.parametrize("periods", [AGAIN], indirect=True)
def test_a_backup_that_may_be_called_by_then_is_no_closed_one(
    client, later, editor, liege, periods
):
    Redirection.objects.create(
        tenant=later.tenant,
        number=later,
        kind="cfb",
        destination="line",
        backup="site:liege",
    )
    client.force_login(editor.user)
    page = client.get(reverse("routing:number_detail", args=[later.pk]))
    assert "calls do not go there any more" not in page.text


@pytest.mark.parametrize(
    ("periods", "is_said"),
    [(AGAIN, False), ([(-60, None)], True)],
    indirect=["periods"],
)
def test_the_page_says_what_is_left_out_on_the_first_day(
    client, later, editor, staff, liege, periods, is_said, today
):
    """In between another's number may stand there; and theirs may end by then."""
    make_live(later, ring("site:liege"), editor, now=timezone.now())
    if is_said:
        theirs = GeographicNumber.objects.get(e164=PORTED)
        release_number(number=theirs, last_day=today + 9 * DAY, actor=staff)
    client.force_login(editor.user)
    page = client.get(reverse("routing:number_detail", args=[later.pk]))
    assert ("one of your numbers and has ended" in page.text) is is_said
