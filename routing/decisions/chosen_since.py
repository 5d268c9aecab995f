"""Whether digits that were the customer's were chosen since, as somebody else's."""

import datetime as dt
from collections.abc import Mapping

from routing.models import KnownDestination
from tenants.models import Tenant
from vms_portal.kernel.local_time import local_date


def chosen_since(
    last_days: Mapping[str, dt.date], tenant: Tenant, day: dt.date
) -> set[str]:
    """Return what was chosen after its last day as the customer's, and by ``day``."""
    rows = KnownDestination.objects.for_tenant(tenant).filter(e164__in=last_days)
    return {
        e164
        for e164, used_at in rows.values_list("e164", "first_used_at")
        if last_days[e164] < local_date(used_at) <= day
    }
