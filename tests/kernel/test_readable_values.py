"""Values of fields as the back office shows them, in the reader's language."""

import datetime as dt

import pytest
from django.contrib.admin import helpers
from django.contrib.admin.templatetags import admin_list
from django.db import models
from django.utils.translation import override

from vms_portal.kernel.admin.readable_values import listed, readable


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (models.DateField(), dt.date(2026, 10, 1), "1er octobre 2026"),
        (models.DateField(), None, "-"),
        (
            models.DateTimeField(),
            dt.datetime(2026, 9, 30, 22, 30, tzinfo=dt.UTC),
            "1er octobre 2026 à 00:30",
        ),
        (models.CharField(), "+3225501200", "+32 2 550 12 00"),
        (models.CharField(choices=[("a", "Un")]), "a", "Un"),
        (models.TextField(), "+3225501200 said so", "+3225501200 said so"),
    ],
)
def test_a_value_is_told_as_french_writes_it(field, value, words):
    with override("fr"):
        assert readable(value, field, "-") == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("yes", "no")),
        ("fr", ("oui", "non")),
        ("nl", ("ja", "nee")),
        ("de", ("ja", "nein")),
    ],
)
def test_a_tick_says_yes_or_no_in_the_readers_language(language, words):
    with override(language):
        shown = [readable(value, models.BooleanField(), "-") for value in (True, False)]
    for icon, word in zip(shown, words, strict=True):
        assert f'alt="{word}"' in icon


def test_what_json_holds_is_listed_and_escaped():
    shown = listed({"name": "<b>", "of": [1, {"deep": None}]})
    assert "<dt>name</dt><dd>&lt;b&gt;</dd>" in shown
    assert "1, <dl" in shown
    assert "<dt>deep</dt><dd>-</dd>" in shown


def test_every_page_of_the_admin_shows_values_this_way():
    """Django may call it by another name one day."""
    for module in (admin_list, helpers):
        assert vars(module)["display_for_field"] is readable
