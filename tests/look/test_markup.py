"""What machines read of a page: times, names, kinds of buttons."""

import datetime as dt
import re
from pathlib import Path

import pytest

from vms_portal.kernel.templatetags.look import ago, moment

TEMPLATES = sorted(Path(__file__).parents[2].glob("templates/**/*.html"))
TEXTS = sorted(Path(__file__).parents[2].glob("templates/**/*.txt"))
WIDTH = 120
LOOSE_COLON = re.compile(r"\{% translate [^%]+%\}:(?=[\s<])")
AT = dt.datetime(2026, 11, 27, 4, 5, 6, 789_012, tzinfo=dt.UTC)
BUTTON = re.compile(r"<button\b(?:[^>{]|\{[{%].*?[%}]\})*>", re.DOTALL)


@pytest.mark.parametrize("shown", [ago, moment])
def test_a_time_for_machines_has_no_microseconds(shown):
    assert 'datetime="2026-11-27T04:05:06+00:00"' in shown(AT)


def test_a_line_of_a_template_can_be_read():
    """Not more than a screen is wide."""
    assert len(TEMPLATES) > 200
    long = [
        f"{path.name}:{number}: {len(line)}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > WIDTH
    ]
    assert long == []


def test_every_button_says_what_kind_it_is():
    """A button without a type sends whatever form it happens to stand in."""
    bare = [
        f"{path.name}: {button}"
        for path in TEMPLATES
        for button in BUTTON.findall(path.read_text())
        if " type=" not in button
    ]
    assert bare == []


def test_no_template_writes_a_time_with_microseconds():
    assert [path.name for path in TEMPLATES if '|date:"c"' in path.read_text()] == []


def test_no_comment_is_longer_than_its_line():
    """Django shows one that is: {# and #} stand on one line."""
    shown = [
        f"{path.name}: {line}"
        for path in [*TEMPLATES, *TEXTS]
        for line in path.read_text().splitlines()
        if line.count("{#") != line.count("#}")
    ]
    assert shown == []


def test_no_colon_follows_a_translation_by_itself():
    """In French a space stands before it: {% translate ":" %} knows."""
    loose = [path.name for path in TEMPLATES if LOOSE_COLON.search(path.read_text())]
    assert loose == []


def test_hidden_words_end_their_button():
    """A space behind them is one more part of it: it stands aside of the middle."""
    words = r'visually-hidden">(?:[^<{]|\{\{.*?\}\})*</span>'
    loose = re.compile(words + r"\s+</(?:a|button|summary)>")
    assert [path.name for path in TEMPLATES if loose.search(path.read_text())] == []
