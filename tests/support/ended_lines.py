"""Sites that ring a number which was the customer's."""

import datetime as dt

from django.utils import timezone

from routing.decisions.facts import CustomerRouting
from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import where_now
from routing.models import CompiledPlan, Override
from routing.services import forwarding
from routing.services.compiling import compile_customer
from vms_portal.kernel.local_time import local_date, midnight

GONE, ELSEWHERE = "+3242501388", "+3292501300"
DAY = dt.timedelta(days=1)


def noon(days: int) -> dt.datetime:
    """Noon of a day counted from today."""
    return midnight(local_date(timezone.now()) + days * DAY) + dt.timedelta(hours=12)


def divert(number, editor, now, destination="site:gent"):
    forwarding.divert(
        numbers=[number], destination=destination, until=None, member=editor, now=now
    )


def rings(number, at) -> set[str | None]:
    """What is compiled, simulated and shown: GONE, or why it is not called."""
    compile_customer(number.tenant, now=at)
    plan = CompiledPlan.objects.get(number=number)
    facts = CustomerRouting(number.tenant, at)
    walked = simulate_number(number, facts, caller="+32475000000", outcomes=None)
    sent = Override.objects.get(number=number, ended_at=None).destination
    goes = {walked["destination"] == sent, where_now(number, facts).destination == sent}
    goes |= {facts.may_send_to(sent), GONE in str(plan.body), not plan.left_out}
    return goes
