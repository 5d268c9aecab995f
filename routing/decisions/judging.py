"""What is wrong with the plan of a number, now and on the days to come."""

import datetime as dt
from copy import copy
from typing import Any

from django.db.models import prefetch_related_objects

from numbers.models import GeographicNumber
from routing import decisions
from routing.decisions.facts import CustomerRouting
from routing.engine import Problem
from vms_portal.kernel.local_time import local_date

Json = dict[str, Any]


def problems(
    customer: CustomerRouting, number: GeographicNumber, document: Json | None = None
) -> list[Problem]:
    """Return what is wrong with ``number``; ``document`` is one to be judged.

    One that begins later is judged as of its first day. Other numbers begin on later
    days: with them its calls may go round, or too far.
    """
    days = _first_days(customer, number, document)
    begins_later = number.activated_on > local_date(customer.now)
    read = copy(number)  # the caller's own may change its option afterwards
    if days or begins_later:
        prefetch_related_objects([read], "option_periods")
    first = customer.as_of_service(number).nearby(read, document, hides=True)
    wrong = decisions.validate_own(first)
    for day in days:
        world = customer.as_of(day).nearby(read, document, hides=True)
        crossing = decisions.crossing(world)
        wrong += [problem for problem in crossing if problem not in wrong]
    return wrong


def _first_days(
    customer: CustomerRouting, number: GeographicNumber, document: Json | None
) -> list[dt.date]:
    """Return the days of its service on which a number begins that its calls can meet.

    Most meet none of the customer's at all.
    """
    first = number.in_service_from(local_date(customer.now))
    last = number.released_on or dt.date.max
    met = customer.ahead(number, document)
    return sorted({n.activated_on for n in met if first < n.activated_on <= last})
