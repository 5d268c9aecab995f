"""Path converters of the calls' addresses."""

import datetime as dt


class DayConverter:
    """``2026-11-10``; other days than those that can hold calls are not found."""

    regex = r"20[2-9][0-9]-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date | str) -> str:
        return str(value)
