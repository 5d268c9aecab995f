"""The ten legal holidays of Belgium, by code. The standard library is enough."""

import datetime as dt
from functools import lru_cache

FIXED = {
    (1, 1): "new_year",
    (5, 1): "labour_day",
    (7, 21): "national_day",
    (8, 15): "assumption",
    (11, 1): "all_saints",
    (11, 11): "armistice",
    (12, 25): "christmas",
}
AFTER_EASTER = {1: "easter_monday", 39: "ascension", 50: "whit_monday"}
SETS = ("BE",)


def easter(year: int) -> dt.date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher)."""
    golden, (century, in_century) = year % 19, divmod(year, 100)
    leap = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - leap + 15) % 30
    weekday = (32 + 2 * (century % 4 + in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


@lru_cache(maxsize=512)
def _moving(year: int) -> dict[dt.date, str]:
    sunday = easter(year)
    return {sunday + dt.timedelta(days=n): name for n, name in AFTER_EASTER.items()}


def belgian_holiday(day: dt.date) -> str | None:
    """Return the code of the legal holiday on ``day``, or None."""
    return _moving(day.year).get(day) or FIXED.get((day.month, day.day))
