"""The parts pages are built from."""

import datetime as dt
import re

import pytest
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.utils.translation import override


def part(template: str, **context) -> str:
    return render_to_string(f"components/{template}", context)


@pytest.mark.parametrize("state", ["ok", "info", "attention", "problem", "off"])
def test_a_chip_has_colour_icon_and_word(state):
    text = part("_chip.html", state=state, label="Diverted")
    assert f"chip-{state}" in text
    assert "<use href=" in text
    assert "Diverted" in text


def test_a_pager_keeps_the_filter():
    text = part("_pager.html", page=Paginator(range(100), 10).page(2), query="q=a%20b")
    assert 'href="?q=a%20b&amp;page=1"' in text
    assert 'href="?q=a%20b&amp;page=3"' in text
    assert "11 to 20 of 100" in text


def test_a_pager_of_one_page_is_nothing():
    assert part("_pager.html", page=Paginator([], 10).page(1)).strip() == ""


def test_problems_lead_to_their_step_and_escape_what_people_wrote():
    problems = [
        {"message": "<b>Menu</b>", "href": "#menu"},
        {"message": "x", "href": ""},
    ]
    text = part("_problems.html", problems=problems)
    assert "2 problems" in text
    assert '<a href="#menu">&lt;b&gt;Menu&lt;/b&gt;</a>' in text
    assert part("_problems.html", problems=[]).strip() == ""


def test_a_confirmation_names_what_it_touches_and_posts():
    text = part(
        "_confirm.html",
        label="Divert",
        title="Divert 2 numbers?",
        action="/divert/",
        numbers=["+3225501200", "+3225501201"],
        typed="DIVERT",
        csrf_token="token",
        fields=[("version", "12")],
    )
    assert 'method="post" action="/divert/"' in text
    assert "+32 2 550 12 00" in text
    assert "+32 2 550 12 01" in text
    assert 'name="csrfmiddlewaretoken" value="token"' in text
    assert 'name="version" value="12"' in text
    assert 'name="typed" required' in text
    assert "<details" in text


def test_a_strip_writes_decimals_with_a_point_in_every_language():
    spans = [{"start_pct": 35.5, "width_pct": 12.25, "state": "ok"}]
    day = {"date": dt.date(2026, 10, 25), "label": "Sun", "text": "open"}
    days = [{**day, "spans": spans}]
    with override("fr"):
        text = part("_calendar_strip.html", days=days)
    assert 'x="35.5" y="0" width="12.25"' in text
    assert 'datetime="2026-10-25"' in text


def test_a_diagram_is_data_that_cannot_leave_its_script():
    diagram = {"nodes": [{"id": "a", "label": "</script><b>"}], "edges": []}
    text = part("_diagram.html", diagram=diagram, diagram_id="plan")
    assert re.search(r'<script id="plan" type="application/json">', text)
    assert "</script><b>" not in text


def test_a_message_says_its_kind_in_a_word():
    assert "Problem" in part("_toast.html", level="error", text="No")
    assert 'data-leaves="1"' in part("_toast.html", level="success", text="Saved")
    assert "data-leaves" not in part("_toast.html", level="error", text="No")
