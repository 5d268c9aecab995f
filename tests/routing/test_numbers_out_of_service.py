"""A number that ended or has not begun: nothing is said to work that does not."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.models import ServiceOption
from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import where_now
from routing.models import CompiledPlan, Override, PlanVersion, Redirection
from routing.services import forwarding, plans
from routing.services.compiling import compile_customer
from routing.services.turns import NotInService
from tests.routing.conftest import MOBILE, facts, make_live, ring
from vms_portal.kernel.local_time import local_date, midnight

DAY = dt.timedelta(days=1)
SAID = {"ended": "+32 2 550 12 55 ended on", "later": "+32 2 550 12 55 begins on"}


@pytest.fixture(params=["ended", "later"])
def kind(request):
    return request.param


@pytest.fixture
def outside(kind, contract, site, make_number):
    today = local_date(timezone.now())
    days = {
        "ended": {"released_on": today - 5 * DAY},
        "later": {"activated_on": today + 5 * DAY},
    }
    return make_number(
        contract, site, "+3225501255", ServiceOption.VOICE_CONTINUITY, **days[kind]
    )


@pytest.fixture
def edge(outside, kind):
    """The last moment out of service beside it: just before, or just after."""
    if kind == "later":
        return midnight(outside.activated_on) - dt.timedelta(seconds=1)
    return midnight(outside.released_on + DAY)


def plain(answer):
    return answer.text.replace("\u202f", " ").replace("\xa0", " ")


def test_it_is_not_diverted(client, kind, outside, number, editor):
    client.force_login(editor.user)
    asked = {"to": "", "other": MOBILE, "until": "1h"}
    for url in (
        reverse("routing:divert", args=[outside.pk]),
        f"{reverse('routing:bulk_divert')}?ids={outside.pk}&ids={number.pk}",
    ):
        answer = client.post(url, {**asked, "ids": [outside.pk, number.pk]})
        assert answer.status_code == 422
        assert SAID[kind] in plain(answer)
    assert not Override.objects.exists()


def test_the_api_does_not_divert_it(api, kind, outside, editor):
    client = api(editor, "routing:write", "routing:read")
    answer = client.post(
        f"/api/v1/numbers/{outside.pk}/divert/",
        {"destination": MOBILE},
        content_type="application/json",
        headers={"Idempotency-Key": "k1"},
    )
    assert answer.status_code == 400
    assert SAID[kind] in plain(answer)
    assert not Override.objects.exists()
    now = client.get(f"/api/v1/numbers/{outside.pk}/where-now/").json()
    assert (now["state"], now["destination"]) == (kind, None)
    tried = client.post(
        f"/api/v1/numbers/{outside.pk}/simulate/",
        {"caller": None},
        content_type="application/json",
    )
    assert tried.status_code == 400
    assert SAID[kind] in plain(tried)


@pytest.mark.parametrize("name", ["redirection_set", "continuity_on"])
def test_it_is_not_redirected(client, kind, outside, editor, name):
    client.force_login(editor.user)
    if name == "redirection_set":
        url = reverse("routing:redirection_set", args=[outside.pk, "cfu"])
        asked = {"cfu-to": "", "cfu-other": MOBILE, "cfu-until": "1h"}
    else:
        url, at = reverse("routing:continuity_on", args=[outside.pk]), outside.pk
        asked = {f"n{at}-to": "line", f"n{at}-other": MOBILE, f"n{at}-until": "1h"}
    answer = client.post(url, asked)
    assert answer.status_code == 422
    assert not Redirection.objects.exists()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize("other", [MOBILE, "no number"])
def test_its_switch_says_why_beside_the_other_cards(
    client, kind, outside, number, editor, headers, other
):
    client.force_login(editor.user)
    at = f"n{outside.pk}"
    answer = client.post(
        reverse("routing:continuity_on", args=[outside.pk]),
        {f"{at}-to": "line", f"{at}-other": other, f"{at}-until": "1h"},
        headers=headers,
    )
    assert answer.status_code == 422
    assert SAID[kind] in plain(answer)
    assert f'id="number-{outside.pk}"' in answer.text
    assert f'id="number-{number.pk}"' in answer.text
    assert not Redirection.objects.exists()


def test_its_switch_off_has_something_to_show(client, outside, number, editor):
    client.force_login(editor.user)
    url = reverse("routing:continuity_off", args=[outside.pk])
    answer = client.post(url, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert f'id="number-{outside.pk}"' in answer.text
    assert f'id="number-{number.pk}"' in answer.text


def test_pages_say_since_or_until_when(client, kind, outside, editor, edge):
    client.force_login(editor.user)
    for url in (
        reverse("routing:number_detail", args=[outside.pk]),
        f"{reverse('routing:simulate', args=[outside.pk])}?caller=0475123456",
    ):
        page = plain(client.get(url))
        assert SAID[kind] in page
        assert "The call was" not in page
    assert where_now(outside, facts(outside, edge)).state == kind


def test_a_plan_is_prepared_for_its_first_day_and_none_for_one_that_ended(
    client, kind, outside, editor
):
    client.force_login(editor.user)
    client.post(reverse("routing:plan_begin", args=[outside.pk]))
    draft = PlanVersion.objects.get()
    asked = {"draft": draft.pk, "revision": draft.revision}
    answer = client.post(
        reverse("routing:publish", args=[outside.pk]), asked, follow=True
    )
    assert SAID[kind] in plain(answer)
    is_live = PlanVersion.objects.filter(state="live").exists()
    assert is_live is (kind == "later")


def test_what_is_prepared_before_the_first_day_holds_on_it(
    contract, site, make_number, editor
):
    first = local_date(timezone.now()) + 5 * DAY
    later = make_number(
        contract,
        site,
        "+3225501255",
        ServiceOption.VOICE_CONTINUITY,
        activated_on=first,
    )
    now = timezone.now()
    prepared = {"number": later, "kind": "cfu", "destination": MOBILE}
    forwarding.set_redirection(**prepared, member=editor, now=now, is_on=False)
    make_live(later, ring(MOBILE), editor, now=now)
    compile_customer(later.tenant, now=now)
    assert not CompiledPlan.objects.filter(number=later).exists()
    begins = midnight(first)
    compile_customer(later.tenant, now=begins)
    assert CompiledPlan.objects.filter(number=later).exists()
    assert "problems" not in simulate_number(later, facts(later, begins), caller=None)
    draft = simulate_number(
        later, facts(later, now), caller=None, document=ring(MOBILE)
    )
    assert "problems" not in draft
    forwarding.set_redirection(**prepared, member=editor, now=begins)


def test_a_number_on_its_last_day_is_still_diverted(
    contract, site, make_number, editor
):
    """The control: both days belong to its service."""
    now = timezone.now()
    today = local_date(now)
    number = make_number(
        contract, site, "+3225501255", activated_on=today, released_on=today
    )
    for moment in (midnight(today), midnight(today + DAY) - dt.timedelta(seconds=1)):
        forwarding.divert(
            numbers=[number], destination=MOBILE, until=None, member=editor, now=moment
        )
        plans.open_draft(number=number, member=editor)
    with pytest.raises(NotInService):
        forwarding.divert(
            numbers=[number],
            destination=MOBILE,
            until=None,
            member=editor,
            now=midnight(today + DAY),
        )
