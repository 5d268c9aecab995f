"""Which digits were the customer's, and were not chosen since as somebody else's."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from numbers.models import GeographicNumber
from tenants.models import Tenant
from vms_portal.kernel.local_time import midnight

# Chosen: used as an external number, or told as the main line that staff gave a site.
# What was chosen before a number's last day was chosen as theirs, or of an owner
# before. A number that ended on its first day was an order called off: what was
# chosen before it stands.
ENDED = """
SELECT e164 FROM numbers_geographicnumber
 WHERE tenant_id = %(tenant)s AND released_on < %(today)s
EXCEPT
SELECT e164 FROM numbers_geographicnumber
 WHERE tenant_id = %(tenant)s AND activated_on <= %(today)s
   AND (released_on IS NULL OR released_on >= %(today)s)
EXCEPT
SELECT chosen.e164
  FROM (SELECT e164, (first_used_at AT TIME ZONE 'Europe/Brussels')::date AS day
          FROM routing_knowndestination WHERE tenant_id = %(tenant)s
        UNION ALL
        SELECT e164, (told_at AT TIME ZONE 'Europe/Brussels')::date
          FROM numbers_line WHERE tenant_id = %(tenant)s AND is_main) AS chosen
 WHERE chosen.day <= %(today)s
   AND NOT EXISTS (SELECT FROM numbers_geographicnumber AS theirs
                    WHERE theirs.tenant_id = %(tenant)s
                      AND theirs.e164 = chosen.e164
                      AND theirs.released_on < %(today)s
                      AND theirs.released_on >= chosen.day
                      AND (theirs.activated_on <= chosen.day
                           OR theirs.activated_on < theirs.released_on))
"""

# The same rule, as if some numbers had ended by then, and some sites had other main
# lines: the tables' names are theirs.
AS_IF = f"""
WITH numbers_geographicnumber AS (
  SELECT tenant_id, e164, activated_on,
         CASE WHEN id = ANY(%(ending)s::bigint[])
              THEN LEAST(released_on, %(last_day)s)
              ELSE released_on END AS released_on
    FROM numbers_geographicnumber WHERE tenant_id = %(tenant)s
), numbers_line AS (
  SELECT tenant_id, e164, is_main, told_at
    FROM numbers_line
   WHERE tenant_id = %(tenant)s
     AND NOT (is_main AND site_id = ANY(%(sites)s::bigint[]))
   UNION ALL
  SELECT %(tenant)s, chosen.e164, TRUE, %(told_at)s
    FROM unnest(%(lines)s::text[]) AS chosen (e164)
)
{ENDED}
"""  # noqa: S608


def ended_digits(
    tenant: Tenant,
    day: dt.date,
    *,
    ending: Iterable[GeographicNumber] = (),
    last_day: dt.date | None = None,
    chosen: Mapping[int, str] | None = None,
    chosen_on: dt.date | None = None,
) -> set[str]:
    """Return the digits that calls do not go to on a day, until they are chosen anew.

    Staff who give a site a line choose it as those do who type the digits. It is
    answered as if the numbers ``ending`` ended after ``last_day``, and as if the main
    lines ``chosen``, by the key of their sites, were so on the day, or on
    ``chosen_on``; empty is no line.
    """
    keys = [number.pk for number in ending]
    values: dict[str, Any] = {"tenant": tenant.pk, "today": day}
    values |= {"ending": keys, "last_day": last_day}
    values |= {"told_at": midnight(chosen_on or day)}
    values |= {"sites": list(chosen or {}), "lines": list((chosen or {}).values())}
    with connection.cursor() as cursor:
        cursor.execute(AS_IF if keys or chosen else ENDED, values)
        return {e164 for (e164,) in cursor.fetchall()}
