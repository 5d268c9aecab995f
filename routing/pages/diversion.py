"""What is said of a diversion: what it does, what it waits for, what comes after it."""

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _

from numbers.models import GeographicNumber
from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import where_now, where_otherwise
from vms_portal.kernel.formatting import display, first_named

# What decides before a diversion does (routing.engine.order).
BEFORE = ("suspended", "emergency")
OUT_OF_SERVICE = ("later", "ended")


def what_diverting_does(
    number: GeographicNumber, customer: CustomerRouting
) -> list[str]:
    """Say what a diversion does to the calls, and where they go after it."""
    where = where_now(number, customer)
    if where.state in OUT_OF_SERVICE:
        return [where.sentence, _("It can be diverted while it is in service.")]
    if not is_diverting(number, customer):
        after = _("A diversion takes effect after that, if it still holds then.")
        return [where.sentence, after]
    does = _(
        "From now on every call to %(number)s goes to the place you choose. You can "
        "stop it at any moment."
    )
    after = _("Calls then go where they would without it. As things stand: %(where)s")
    return [
        does % {"number": display(number.e164)},
        after % {"where": where_otherwise(number, customer).sentence},
    ]


def is_diverting(number: GeographicNumber, customer: CustomerRouting) -> bool:
    """Does, or would, a diversion decide for the number now?"""
    return customer.in_charge(number) not in BEFORE


def what_waits(
    numbers: Sequence[GeographicNumber], customer: CustomerRouting
) -> list[str]:
    """Name the numbers that something else decides for, and say what that does."""
    waiting: dict[str, list[str]] = defaultdict(list)
    for number in numbers:
        if not is_diverting(number, customer):
            sentence = where_now(number, customer).sentence
            waiting[sentence].append(display(number.e164))
    text = _(
        "%(numbers)s: %(where)s The diversion takes effect after that, if it "
        "still holds then."
    )
    return [
        text % {"numbers": ", ".join(first_named(e164s)), "where": sentence}
        for sentence, e164s in waiting.items()
    ]
