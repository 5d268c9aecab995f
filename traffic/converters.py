"""Path converters of the calls' addresses."""

import datetime as dt

from django.urls.converters import StringConverter


class DayConverter(StringConverter):
    """``2026-11-10``; other days than those that can hold calls are not found."""

    regex = r"20[2-9][0-9]-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> dt.date:  # type: ignore[override]
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date | str) -> str:  # type: ignore[override]
        return str(value)
