"""What is wrong with the plan of a number, now and on the days to come."""

import datetime as dt
from typing import Any

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

    Other numbers begin on later days: with them its calls may go round, or too far.
    """
    found = decisions.validate_own(customer.nearby(number, document, hides=True))
    later = map(customer.as_of, _first_days(number, local_date(customer.now)))
    for then in (customer, *later):
        world = then.nearby(number, document, hides=True)
        crossing = decisions.crossing(world)
        found += [problem for problem in crossing if problem not in found]
    return found


def _first_days(number: GeographicNumber, today: dt.date) -> list[dt.date]:
    """Return the days of its service on which a number of the customer begins."""
    mine = GeographicNumber.objects.for_tenant(number.tenant).order_by()
    coming = mine.filter(activated_on__gt=today)
    if number.released_on is not None:
        coming = coming.filter(activated_on__lte=number.released_on)
    return sorted(coming.values_list("activated_on", flat=True).distinct())
