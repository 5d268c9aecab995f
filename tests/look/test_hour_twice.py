"""The hour that comes twice when summer time ends says which of the two it is."""

import datetime as dt

import pytest

from routing.decisions.where_now import moment_words
from vms_portal.kernel.templatetags.look import ago, day_in_words, moment

FIRST = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (FIRST - HOUR, "01:30"),
        (FIRST, "02:30 (CEST)"),
        (FIRST + HOUR, "02:30 (CET)"),
        (FIRST + 2 * HOUR, "03:30"),
        (dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC), "03:30"),
    ],
)
def test_every_time_on_a_page_is_one_instant(at, shown):
    assert moment_words(at).endswith(shown)
    assert f"{shown}</time>" in moment(at)
    assert f'{shown}">' in ago(at)
    assert day_in_words(at, "DATETIME_FORMAT").endswith(shown)
    assert "CE" not in day_in_words(at)
