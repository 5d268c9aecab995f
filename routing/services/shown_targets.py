"""Refusing what a member is not shown, in whatever way it comes in."""

import datetime as dt
from collections.abc import Iterable

from numbers.models import GeographicNumber
from routing.decisions.shown_targets import hidden_among
from routing.services.destinations import ForbiddenDestination
from tenants.models import Member


def refuse_hidden(
    destinations: Iterable[str],
    member: Member,
    numbers: Iterable[GeographicNumber] = (),
    day: dt.date | None = None,
) -> None:
    """Raise ``ForbiddenDestination`` for the first the member does not see."""
    for written in hidden_among(destinations, member, numbers, day):
        raise ForbiddenDestination(written, "not_shown")
