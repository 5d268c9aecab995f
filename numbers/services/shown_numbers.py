"""Whether who asked may still see what they change, once it is their turn."""

from collections.abc import Collection

from numbers.models import GeographicNumber
from tenants.models import Member
from tenants.services.authors import NoLongerAble, as_now


def still_shown(member: Member, numbers: Collection[GeographicNumber]) -> Member:
    """Return the member as they are by now, after what was waited for is locked.

    ``NoLongerAble``, also when one of ``numbers`` is not shown to them any more.
    """
    current = as_now(member)
    if current.sees_all_numbers:
        return current
    wanted = {number.pk for number in numbers}
    seen = GeographicNumber.objects.visible_to(current).filter(pk__in=wanted)
    if seen.count() < len(wanted):
        raise NoLongerAble(member)
    return current
