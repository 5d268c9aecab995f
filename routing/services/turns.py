"""Taking one's turn at a customer's routing, as one is when it comes."""

import datetime as dt
from collections.abc import Collection

from numbers.models import GeographicNumber
from numbers.services.shown_numbers import still_shown
from routing.services.destinations import lock_routing
from tenants.models import Member
from vms_portal.kernel.local_time import local_date


class NotInService(Exception):
    """Calls of ``number`` do not come here on ``day``: there is nothing to decide."""

    def __init__(self, number: GeographicNumber, day: dt.date) -> None:
        super().__init__(number, day)
        self.number, self.day = number, day


def take_turn(member: Member, numbers: Collection[GeographicNumber] = ()) -> Member:
    """Lock the routing of the member's customer; return them as they are by now.

    The request may have waited for long. ``NoLongerAble`` when access, password,
    address or role went meanwhile, or one of ``numbers`` is not theirs to see.
    """
    lock_routing(member.tenant)
    return still_shown(member, numbers)


def refuse_out_of_service(
    numbers: Collection[GeographicNumber], now: dt.datetime, *, ahead: bool = False
) -> None:
    """``NotInService`` for a number that ended or has not begun.

    What is prepared ``ahead`` waits for its first day.
    """
    day = local_date(now)
    for number in numbers:
        begins_later = number.activated_on > day
        if not number.is_in_service_on(day) and not (ahead and begins_later):
            raise NotInService(number, day)
