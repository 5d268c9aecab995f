"""Taking one's turn at a customer's routing, as one is when it comes."""

from collections.abc import Collection

from numbers.models import GeographicNumber
from numbers.services.shown_numbers import still_shown
from routing.services.destinations import lock_routing
from tenants.models import Member


def take_turn(member: Member, numbers: Collection[GeographicNumber] = ()) -> Member:
    """Lock the routing of the member's customer; return them as they are by now.

    The request may have waited for long. ``NoLongerAble`` when access, password,
    address or role went meanwhile, or one of ``numbers`` is not theirs to see.
    """
    lock_routing(member.tenant)
    return still_shown(member, numbers)
