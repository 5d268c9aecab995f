"""What is said after somebody turned a switch: what it did, and what calls do now."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.models import GeographicNumber, ServiceOption
from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import where_now
from routing.models import Redirection, ScreeningRule
from routing.pages.diversion import BEFORE, OUT_OF_SERVICE, what_waits
from vms_portal.kernel.formatting import display
from vms_portal.kernel.local_time import local_date

Kind = Redirection.Kind
# What decides before a redirection, and before a plan (routing.engine.order).
ABOVE = (*BEFORE, "override")
WHEN: dict[str, str | Promise] = {
    Kind.CFU: gettext_lazy("Every call"),
    Kind.CFB: gettext_lazy("When the line is busy"),
    Kind.CFNR: gettext_lazy("When nobody answers"),
    Kind.CFNRC: gettext_lazy("When the line cannot be reached"),
}


class Said(NamedTuple):
    """A sentence; ``waits`` when something decides before what is switched on."""

    text: str
    waits: bool


def diverted(number: GeographicNumber, customer: CustomerRouting) -> Said:
    """Say what a diversion that was just made does."""
    for waits in what_waits([number], customer):
        return Said(waits, waits=True)
    text = _("%(number)s: %(where)s") % _values(number, customer)
    return Said(text, waits=False)


def undiverted(number: GeographicNumber, customer: CustomerRouting) -> str:
    """Say that a diversion is stopped."""
    text = _("The diversion of %(number)s is stopped. %(where)s")
    return text % _values(number, customer)


def switched_on(number: GeographicNumber, kind: str, customer: CustomerRouting) -> Said:
    """Say what a redirection that was just switched on does."""
    decides = customer.in_charge(number)
    waits = decides in ABOVE or (decides == "cfu" and kind != Kind.CFU)
    if waits:
        text = _(
            "The redirection “%(when)s” of %(number)s is switched on. %(where)s It "
            "takes effect after that, if it still holds then."
        )
    else:
        text = _("The redirection “%(when)s” of %(number)s is switched on. %(where)s")
    return Said(text % {**_values(number, customer), "when": WHEN[kind]}, waits)


def switched_off(number: GeographicNumber, kind: str, customer: CustomerRouting) -> str:
    """Say that a redirection is switched off."""
    text = _("The redirection “%(when)s” of %(number)s is switched off. %(where)s")
    return text % {**_values(number, customer), "when": WHEN[kind]}


def plan_decides(number: GeographicNumber, customer: CustomerRouting) -> bool:
    """Is the live plan what decides for the number now?"""
    is_in_service = number.is_in_service_on(local_date(customer.now))
    return is_in_service and customer.in_charge(number) == "document"


def before_the_plan(number: GeographicNumber, customer: CustomerRouting) -> str:
    """Say what decides where calls go instead of the live plan; "" for nothing."""
    if plan_decides(number, customer):
        return ""
    where = where_now(number, customer)
    has_no_plan = customer.option(number) == ServiceOption.VOICE_CONTINUITY
    is_above = customer.in_charge(number) in ABOVE
    if where.state in OUT_OF_SERVICE or has_no_plan or not is_above:
        return where.sentence
    return _("%(where)s The plan decides after that.") % {"where": where.sentence}


def before_the_rule(
    kind: str, number: GeographicNumber, customer: CustomerRouting
) -> str:
    """Say what decides before a caller rule of the number; "" for nothing.

    Callers are refused whatever decides for a number in service; those always let
    through find the schedules of its plan open.
    """
    if kind == ScreeningRule.Kind.ALLOW:
        return before_the_plan(number, customer)
    is_suspended = customer.in_charge(number) == "suspended"
    return where_now(number, customer).sentence if is_suspended else ""


def _values(number: GeographicNumber, customer: CustomerRouting) -> dict[str, str]:
    where = where_now(number, customer).sentence
    return {"number": display(number.e164), "where": where}
