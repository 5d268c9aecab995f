"""Which calls follow what numbers share, and what is said of it once it is saved."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from numbers.models import GeographicNumber
from routing.decisions.facts import CustomerRouting
from routing.models import SharedVersion
from routing.pages.switched import plan_decides
from routing.selectors import Uses
from vms_portal.kernel.formatting import display, first_named


def following(uses: Uses, customer: CustomerRouting) -> list[GeographicNumber]:
    """Return the numbers whose live plan uses it and decides now."""
    return [number for number in uses.live if plan_decides(number, customer)]


def what_follows(kind: str, uses: Uses, customer: CustomerRouting) -> str:
    """Say how many numbers follow a calendar, or play an announcement, from now on."""
    count = len(following(uses, customer))
    hears = kind == SharedVersion.Kind.ANNOUNCEMENT
    if not uses:
        return _("No number uses it yet.")
    if not count:
        return _("No caller hears it now.") if hears else _("No call follows it now.")
    if hears:
        text = ngettext(
            "Callers of %(n)s number hear it from now on.",
            "Callers of %(n)s numbers hear it from now on.",
            count,
        )
    else:
        text = ngettext(
            "Calls of %(n)s number follow it from now on.",
            "Calls of %(n)s numbers follow it from now on.",
            count,
        )
    return text % {"n": count}


def what_waits(uses: Uses, customer: CustomerRouting) -> list[str]:
    """Name the numbers whose plan does not decide now, or whose draft alone uses it."""
    idle = [number for number in uses.live if not plan_decides(number, customer)]
    said = []
    if idle:
        text = ngettext(
            "The plan of %(numbers)s uses it, but does not decide where calls go now.",
            "The plans of %(numbers)s use it, but do not decide where calls go now.",
            len(idle),
        )
        said.append(text % {"numbers": _named(idle)})
    if uses.drafts:
        text = ngettext(
            "The draft of %(numbers)s uses it: calls follow once it is published.",
            "The drafts of %(numbers)s use it: calls follow once they are published.",
            len(uses.drafts),
        )
        said.append(text % {"numbers": _named(uses.drafts)})
    return said


def all_follow(customer: CustomerRouting) -> str:
    """Say when calls follow what holds for every number."""
    if customer.numbers:
        return _("Calls follow it from now on.")
    return _("Calls follow it once a number is in service.")


def _named(numbers: list[GeographicNumber]) -> str:
    return ", ".join(first_named([display(number.e164) for number in numbers]))
