"""The rule of digits that calls do not go to, for who keeps the numbers and lines."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Protocol

from numbers.models import GeographicNumber
from tenants.models import Tenant
from vms_portal.kernel.registry import Registry


class EndedDigits(Protocol):
    """Returns the digits that calls do not go to on ``day``.

    As if ``ending`` ended, and as if main lines were ``chosen``, by the key of their
    sites: on the day, or on ``chosen_on``.
    """

    def __call__(
        self,
        tenant: Tenant,
        day: dt.date,
        *,
        ending: Iterable[GeographicNumber] = (),
        last_day: dt.date | None = None,
        chosen: Mapping[int, str] | None = None,
        chosen_on: dt.date | None = None,
    ) -> set[str]: ...


# Routing knows what was chosen as somebody else's, and adds its rule.
RULES: Registry[EndedDigits] = Registry()
DIGITS = "digits"
