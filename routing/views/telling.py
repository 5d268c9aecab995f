"""What routing views say after an act: what it did, and what decides before it."""

from django.contrib import messages
from django.utils.translation import gettext as _

from numbers.models import GeographicNumber
from routing.decisions.facts import CustomerRouting
from routing.pages import shared_uses, switched
from routing.views.common import customer_of, read_again, uses_of
from routing.words import left_out
from tenants.requests.portal_request import PortalRequest


def tell_on(request: PortalRequest, number: GeographicNumber, kind: str | None) -> None:
    """Say what is switched on, and where calls may not go of it.

    ``kind`` is that of a redirection; None is a diversion.
    """
    (number,) = read_again(request, [number])
    customer = customer_of(request, only=number)
    if kind is None:
        said = switched.diverted(number, customer)
    else:
        said = switched.switched_on(number, kind, customer)
    level = messages.WARNING if said.waits else messages.SUCCESS
    messages.add_message(request, level, said.text)
    _warn(request, number, customer)


def tell_off(
    request: PortalRequest, number: GeographicNumber, kind: str | None
) -> None:
    """Say what is switched off and where calls go now; ``kind`` as of ``tell_on``."""
    (number,) = read_again(request, [number])
    customer = customer_of(request, only=number)
    if kind is None:
        said = switched.undiverted(number, customer)
    else:
        said = switched.switched_off(number, kind, customer)
    messages.success(request, said)
    _warn(request, number, customer)


def tell_before_plan(request: PortalRequest, number: GeographicNumber) -> None:
    """Say what decides instead of the plan that went live, if something does."""
    (number,) = read_again(request, [number])
    if before := switched.before_the_plan(number, customer_of(request, only=number)):
        messages.info(request, before)


def tell_saved(request: PortalRequest, done: str, kind: str, slug: str) -> None:
    """Say that a calendar or an announcement is saved, and which calls follow it.

    ``done`` is what was done, a sentence.
    """
    uses, customer = uses_of(request, kind, slug), customer_of(request)
    follows = shared_uses.what_follows(kind, uses, customer)
    messages.success(request, f"{done} {follows}")
    for waits in shared_uses.what_waits(uses, customer):
        messages.info(request, waits)


def tell_all_follow(request: PortalRequest, done: str) -> None:
    """Say ``done``, of what holds for every number, and when calls follow it."""
    follows = shared_uses.all_follow(customer_of(request))
    messages.success(request, f"{done} {follows}")


def tell_rule(
    request: PortalRequest, kind: str, number: GeographicNumber | None
) -> None:
    """Say when a caller rule applies; ``number`` is the one it is for, if one."""
    customer = customer_of(request)
    if not customer.numbers:
        messages.success(request, _("The rule applies once a number is in service."))
        return
    messages.success(request, _("The rule applies from now on."))
    before = switched.before_the_rule(kind, number, customer) if number else ""
    if before:
        messages.info(request, before)


def _warn(
    request: PortalRequest, number: GeographicNumber, customer: CustomerRouting
) -> None:
    for refused in left_out.sentences(customer.left_out(number), customer.names):
        messages.warning(request, refused)
