"""A row that Python cannot hold is read all the same: lists of everybody go on."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.utils import timezone

from vms_portal.kernel.data.readable import FIRST, LAST, MOST_FLOORS, readable_json

DIGITS = "1" * 5000


def read(expression: str):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}")
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "found"),
    [
        ("infinity", LAST),
        ("-infinity", FIRST),
        ("294276-01-01 00:00+00", LAST),
        ("9999-12-31 23:59:59+00", LAST),
        ("0044-03-15 00:00+00 BC", FIRST),
        ("2026-11-27 18:00+01", dt.datetime(2026, 11, 27, 17, tzinfo=dt.UTC)),
    ],
)
def test_a_moment_is_read_and_has_a_time_of_day_here(moment, found):
    value = read(f"'{moment}'::timestamptz")
    assert value == found
    assert timezone.localtime(value).utcoffset()
    # As a list by year or month asks for it.
    local = read(f"date_trunc('year', '{moment}'::timestamptz AT TIME ZONE 'UTC')")
    assert FIRST.year <= local.year <= LAST.year


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("infinity", LAST.date()),
        ("-infinity", FIRST.date()),
        ("5874897-12-31", LAST.date()),
        ("0044-03-15 BC", FIRST.date()),
        ("2026-11-27", dt.date(2026, 11, 27)),
    ],
)
def test_a_day_is_read(day, found):
    assert read(f"'{day}'::date") == found


@pytest.mark.django_db
def test_what_is_not_there_is_none():
    for kind in ("timestamptz", "date", "jsonb"):
        assert read(f"NULL::{kind}") is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f'{{"n": {DIGITS}, "m": 7}}', {"n": DIGITS, "m": 7}),
        (f'{{"n": "{DIGITS}"}}', {"n": DIGITS}),
        (f"[-{DIGITS}.5, 0.5]", [f"-{DIGITS}.5", 0.5]),
        ("[1e400]", ["1" + "0" * 400]),
        ('{"a": [1, {"b": "]}{[\\""}]}', {"a": [1, {"b": ']}{["'}]}),
    ],
)
def test_a_number_without_end_is_read_as_its_text(text, found):
    assert json.loads(read(f"'{text}'::jsonb")) == found


@pytest.mark.django_db
@pytest.mark.parametrize("pair", [("[", "]"), ('{"a": ', "}")])
def test_json_of_many_floors_is_read_as_the_beginning_of_its_text(pair):
    first, last = pair
    text = f"{first * 1500}1{last * 1500}"
    assert json.loads(read(f"'{text}'::jsonb")).startswith(first * 20)
    # The control: more floors than any Python goes down.
    with pytest.raises(RecursionError):
        json.loads(f"{first * 100_000}1{last * 100_000}")


def test_what_is_broad_or_says_brackets_is_no_deeper():
    """The control."""
    broad = json.dumps([{"a": ["[" * 500]}] * 500)
    assert readable_json(broad) == broad
    deep = "[" * MOST_FLOORS + "]" * MOST_FLOORS
    assert readable_json(deep) == deep
    assert readable_json(f"[{deep}]") == json.dumps(f"[{deep}]")
