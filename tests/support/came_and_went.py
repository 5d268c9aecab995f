"""Numbers ported away, and what a diversion to one leaves out."""

import datetime as dt

from routing.models import CompiledPlan
from routing.services.compiling import compile_customer

PORTED = "+3225501277"
DAY = dt.timedelta(days=1)


def left_out(number, now):
    compile_customer(number.tenant, now=now)
    return CompiledPlan.objects.get(number=number).left_out
