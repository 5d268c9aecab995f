"""What a change costs a customer of many numbers, and that it changes no plan."""

import cProfile
import datetime as dt
import random
from itertools import pairwise

import pytest
from django.db import connection
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from routing import decisions
from routing.decisions import judging
from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import where_now_many
from routing.models import (
    CompiledPlan,
    Override,
    PlanVersion,
    Redirection,
    RoutingSettings,
)
from routing.services.compiling import compile_customer
from tests.routing.conftest import MOBILE, MONDAY, facts, ring
from tests.support.circles import put_live
from tests.support.left_out import LATER, forward

DAY = dt.timedelta(days=1)
OPTIONS = ("CLASSIC", "VOICE_CONTINUITY")
PARIS = "+33142685300"


@pytest.fixture
def many(contract, site, make_number, editor):
    """Makes so many numbers, each with a plan that rings a mobile."""

    def make(count):
        made = [
            make_number(contract, site, f"+32255014{n:02d}", option)
            for n, option in zip(range(count), OPTIONS * count, strict=False)
        ]
        for number in made:
            put_live(number, ring(MOBILE), editor)
        return made

    return make


def work_of_compiling(tenant):
    """Return the calls of functions it takes: time would measure the machine."""
    CompiledPlan.objects.all().delete()
    profile = cProfile.Profile()
    profile.runcall(compile_customer, tenant, now=LATER)
    return sum(entry.callcount for entry in profile.getstats())


def release(number):
    number.released_on = number.activated_on
    number.save()


def test_compiling_takes_no_more_for_each_number_when_there_are_more(many, acme):
    made = many(80)
    whole = work_of_compiling(acme)
    for number in made[20:]:
        release(number)
    assert whole < 4.4 * work_of_compiling(acme)


def test_compiling_reads_no_more_when_there_are_more_numbers(many, acme):
    first, *others = many(13)
    # One has ended either way: digits that ended are read where there are any.
    release(first)
    compile_customer(acme, now=LATER)
    with CaptureQueriesContext(connection) as whole:
        compile_customer(acme, now=LATER)
    for number in others[3:]:
        release(number)
    with CaptureQueriesContext(connection) as few:
        compile_customer(acme, now=LATER)
    assert len(whole) == len(few)


def test_a_compiled_plan_holds_the_numbers_calls_can_enter(many, acme, editor):
    first, second, third, _apart = many(4)
    put_live(first, forward(second.e164), editor)
    put_live(second, forward(third.e164), editor)
    compile_customer(acme, now=LATER)
    body = CompiledPlan.objects.get(number=first).body
    assert set(body["numbers"]) == {first.e164, second.e164, third.e164}


@pytest.mark.parametrize("seed", range(8))
def test_the_numbers_calls_cannot_meet_change_nothing_of_a_plan(
    many, acme, editor, library, site, seed
):
    made = many(12)
    drawn = random.Random(seed)
    anywhere = [*(n.e164 for n in made), MOBILE, PARIS, "line", f"site:{site.slug}"]
    for number in made:
        send_somewhere(number, anywhere, drawn, editor)
    if seed % 2:
        safety = {"safety_destination": drawn.choice(made).e164}
        RoutingSettings.objects.update_or_create(tenant=acme, defaults=safety)
    customer = facts(made[0], LATER)
    for number in made:
        whole = decisions.compile_plan(customer.world(number), LATER)
        assert decisions.compile_plan(customer.nearby(number), LATER) == whole


@pytest.mark.parametrize("seed", range(4))
def test_a_page_of_numbers_is_told_what_the_whole_list_is(
    many, acme, editor, library, site, seed
):
    made = many(12)
    drawn = random.Random(seed)
    anywhere = [*(n.e164 for n in made), MOBILE, "line", f"site:{site.slug}"]
    for number in made[:9]:
        send_somewhere(number, anywhere, drawn, editor)
    whole = where_now_many(made, CustomerRouting(acme, LATER))
    page = drawn.sample(made, 5)
    assert where_now_many(page, CustomerRouting(acme, LATER, among=page)) == {
        number.pk: whole[number.pk] for number in page
    }


def test_a_page_of_numbers_reads_their_plans_alone(many, acme):
    made, read = many(9), []

    def note(instance, **_):
        read.append(instance.number_id)

    post_init.connect(note, sender=PlanVersion)
    try:
        where_now_many(made[:2], CustomerRouting(acme, LATER, among=made[:2]))
    finally:
        post_init.disconnect(note, sender=PlanVersion)
    assert sorted(read) == sorted(number.pk for number in made[:2])


@pytest.fixture
def coming(contract, site, make_number, editor):
    """Makes so many numbers that begin one a day, each sending to the next."""

    def make(count, prefix="+32255015"):
        made = [
            make_number(
                contract,
                site,
                f"{prefix}{n:02d}",
                activated_on=(MONDAY + (n + 1) * DAY).date(),
            )
            for n in range(count)
        ]
        for one, to in pairwise(made):
            put_live(one, forward(to.e164), editor)
        return made

    return make


def statements(number, destination):
    """Return how often judging a plan asks the database."""
    with CaptureQueriesContext(connection) as asked:
        found = judging.problems(facts(number, MONDAY), number, forward(destination))
    assert found == []
    return len(asked)


def test_more_days_to_come_are_judged_without_reading_anew(number, coming):
    few = statements(number, coming(2)[0].e164)
    assert statements(number, coming(8, "+32255016")[0].e164) == few


def test_days_to_come_are_not_read_for_a_plan_that_meets_no_own_number(number, coming):
    before = statements(number, MOBILE)
    coming(3)
    assert statements(number, MOBILE) == before


def test_a_loop_that_closes_far_ahead_is_found(number, coming, editor):
    """The control: what is met only through others that begin is met all the same."""
    made = coming(4)
    put_live(made[-1], forward(number.e164), editor)
    found = judging.problems(facts(number, MONDAY), number, forward(made[0].e164))
    assert {problem.code for problem in found} == {"loop_across_numbers"}


def send_somewhere(number, anywhere, drawn, editor):
    """Put a plan live, and perhaps a diversion and redirections, unasked."""
    document = ring(drawn.choice(anywhere))
    if drawn.random() < 0.6:
        document = forward(drawn.choice(anywhere))
    put_live(number, document, editor)
    if drawn.random() < 0.2:
        Override.objects.create(
            tenant=number.tenant,
            number=number,
            destination=drawn.choice(anywhere),
            starts_at=MONDAY,
            created_by=editor.user,
        )
    for kind in ("cfu", "cfb"):
        Redirection.objects.create(
            tenant=number.tenant,
            number=number,
            kind=kind,
            destination=drawn.choice(anywhere),
            backup=drawn.choice(anywhere),
            is_on=drawn.random() < 0.3,
        )
