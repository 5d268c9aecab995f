"""Plans that send calls on from number to number."""

import pytest

from routing.engine import Facts, resolve
from routing.models import CompiledPlan, PlanVersion
from routing.services import every_number, forwarding
from routing.services.compiling import compile_customer
from tests.routing.conftest import MOBILE, MONDAY
from tests.support.left_out import LATER, NEXT_DAY, forward

SAFETY = "+3225501266"


def put_live(number, document, editor):
    """Make a plan live without asking anything, as another release may have."""
    mine = PlanVersion.objects.filter(number=number)
    mine.filter(state="live").update(state="retired", retired_at=MONDAY)
    return PlanVersion.objects.create(
        tenant=number.tenant,
        number=number,
        sequence=mine.count() + 1,
        document=document,
        state=PlanVersion.State.LIVE,
        created_by=editor.user,
        changed_by=editor.user,
        published_by=editor.user,
        published_at=MONDAY,
    )


@pytest.fixture
def coming(contract, site, make_number):
    """A number in service from the next day on."""
    return make_number(contract, site, "+3225501255", activated_on=NEXT_DAY.date())


@pytest.fixture
def ported(number, second, editor, acme, contract, site, make_number):
    """The safety destination as the customer's own number, which sends to another."""
    every_number.set_safety_destination(destination=SAFETY, member=editor, now=MONDAY)
    ported = make_number(contract, site, SAFETY, activated_on=MONDAY.date())
    put_live(ported, forward(second.e164), editor)
    compile_customer(acme, now=LATER)
    return ported


def first_step(number, at):
    """Return what the network does first with a call, and how it ended if it did."""
    body = CompiledPlan.objects.get(number=number).body
    walk = resolve(body, Facts("+32475000000"), at.timestamp())
    return walk.step and [target[0] for target in walk.step.targets], walk.result


def codes(refused):
    return {problem.code for problem in refused.value.problems}


def divert(number, editor, destination=MOBILE, now=LATER):
    forwarding.divert(
        numbers=[number], destination=destination, until=None, member=editor, now=now
    )


def chain(contract, site, make_number, editor, *, last_begins, length=13):
    """Numbers that each send to the next one; the last one begins later."""
    made = [
        make_number(contract, site, f"+32255013{n:02d}", activated_on=MONDAY.date())
        for n in range(length - 1)
    ]
    made.append(make_number(contract, site, "+3225501399", activated_on=last_begins))
    for one, to in zip(made[1:], [*(n.e164 for n in made[2:]), MOBILE], strict=True):
        put_live(one, forward(to), editor)
    return made
