"""Days with their month in words, as each language writes them."""

import datetime as dt

import pytest
from django.utils.translation import override

from vms_portal.kernel.formatting import day_words, short_day
from vms_portal.kernel.templatetags.look import day_in_words

FIRST = dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("fr", FIRST, "1er décembre 2026"),
        ("fr", dt.date(2026, 12, 21), "21 décembre 2026"),
        ("fr", dt.date(2026, 12, 11), "11 décembre 2026"),
        ("nl", FIRST, "1 december 2026"),
        ("de", FIRST, "1. Dezember 2026"),
        ("en", FIRST, "1 December 2026"),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_in_french(language, day, words):
    with override(language):
        assert day_words(day) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "mar 1er déc."),
        ("nl", "di 1 dec"),
        ("de", "Di, 1. Dez."),
        ("en", "Tue 1 Dec."),
    ],
)
def test_a_short_day_is_written_as_the_language_does(language, words):
    with override(language):
        assert short_day(FIRST) == words
        assert short_day(FIRST, " Y") == f"{words} 2026"


def test_a_template_shows_the_time_of_brussels():
    at = dt.datetime(2026, 11, 30, 23, 30, tzinfo=dt.UTC)
    with override("fr"):
        assert day_in_words(at, "DATETIME_FORMAT") == "1er décembre 2026 à 00:30"
        assert day_in_words(None) == ""
