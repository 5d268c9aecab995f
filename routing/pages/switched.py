"""What is said after somebody turned a switch: what it did, and what calls do now."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.models import GeographicNumber, ServiceOption
from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import where_now
from routing.models import Redirection
from routing.pages.diversion import BEFORE, what_waits
from vms_portal.kernel.formatting import display

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


def before_the_plan(number: GeographicNumber, customer: CustomerRouting) -> str:
    """Say what decides where calls go instead of the live plan; "" for nothing."""
    where = where_now(number, customer)
    if where.state in ("later", "ended"):
        return where.sentence
    decides = customer.in_charge(number)
    if decides == "document":
        return ""
    has_no_plan = customer.option(number) == ServiceOption.VOICE_CONTINUITY
    if has_no_plan or decides not in ABOVE:
        return where.sentence
    return _("%(where)s The plan decides after that.") % {"where": where.sentence}


def _values(number: GeographicNumber, customer: CustomerRouting) -> dict[str, str]:
    where = where_now(number, customer).sentence
    return {"number": display(number.e164), "where": where}
