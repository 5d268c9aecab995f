"""The tags and filters that templates share."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.utils.translation import override

from vms_portal.kernel.formatting import device, euro
from vms_portal.kernel.templatetags import look

ROOT = Path(__file__).resolve().parents[2]
SPRITE = set(
    re.findall(r'<symbol[^>]* id="([^"]+)"', (ROOT / "static/icons.svg").read_text())
)
NBSP = "\N{NO-BREAK SPACE}"
NOW = dt.datetime(2026, 10, 25, 8, 30, tzinfo=dt.UTC)


def render(source: str, **context) -> str:
    return Template("{% load look %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "€1,234,567.80"),
        ("nl", f"€{NBSP}1.234.567,80"),
        ("de", f"1.234.567,80{NBSP}€"),
        ("fr", f"1{NBSP}234{NBSP}567,80{NBSP}€"),
    ],
)
def test_an_amount_reads_as_people_write_it(language, text):
    with override(language):
        assert euro(Decimal("1234567.8")).replace("\u202f", NBSP) == text


def test_an_amount_is_rounded_half_up_and_may_be_negative():
    with override("en"):
        assert euro(Decimal("0.005")) == "€0.01"
        assert euro(Decimal("-12.345")) == "\N{MINUS SIGN}€12.35"
        assert look.euro("0.0355", 4) == "€0.0355"


@pytest.mark.parametrize("nothing", [None, "", "a lot"])
def test_no_amount_is_no_text(nothing):
    assert look.euro(nothing) == ""


def test_a_number_is_shown_in_groups():
    assert render("{{ n|e164 }}", n="+3225501234") == "+32 2 550 12 34"
    assert render("{{ n|e164 }}", n="withheld") == "withheld"
    assert render("{{ n|e164 }}", n="+3225501234 v1") == "+32 2 550 12 34 v1"
    assert render("{{ n|e164 }}", n=None) == ""


@time_machine.travel(NOW, tick=False)
def test_a_relative_time_carries_the_absolute_one_in_brussels():
    with override("en"):
        text = render("{{ at|ago }}", at=NOW - dt.timedelta(minutes=5)).replace(
            NBSP, " "
        )
    assert "5 minutes ago" in text
    assert 'title="25 October 2026, 09:25"' in text
    assert 'datetime="2026-10-25T08:25:00+00:00"' in text


def test_english_dates_are_european():
    with override("en"):
        assert ">25/10/2026 09:30<" in render("{{ at|moment }}", at=NOW)
        assert ">25/10/2026<" in render("{{ at|moment }}", at=NOW.date())
        assert render("{{ at|moment }}", at="Monday") == "Monday"


@pytest.mark.parametrize("state", ["ok", "info", "attention", "problem", "off", "new"])
def test_every_state_has_an_icon(state):
    assert look.state_icon(state) in SPRITE


def test_figures_are_cells_of_their_own_and_escaped():
    text = render("{{ figures|number_cells }}", figures=["1", "<2"])
    assert text == '<td class="num">1</td><td class="num">&lt;2</td>'


def test_a_fixed_part_of_the_frame_follows_the_language():
    source = '{% fixed "frame/_search.html" id="found" %}'
    with override("en"):
        english = render(source)
    with override("fr"):
        french = render(source)
    assert 'id="found"' in english
    assert english != french
    with override("en"):
        assert render(source) == english


def test_an_icon_is_hidden_from_screen_readers():
    drawn = render('{% icon "telephone" "is-end" %}')
    assert 'aria-hidden="true"' in drawn
    assert "icons.svg#telephone" in drawn
    assert 'class="icon is-end"' in drawn


def test_every_icon_named_in_a_template_exists():
    named = {
        (str(path.relative_to(ROOT)), name)
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"|icon="([^"]+)"', path.read_text())
        for name in name
        if name
    }
    assert named
    assert {(path, name) for path, name in named if name not in SPRITE} == set()


@pytest.mark.parametrize(
    ("agent", "text"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:144.0) Gecko/20100101 Firefox/144.0",
            "Firefox on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) "
            "AppleWebKit/605.1.15 "
            "Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            "Edge on Linux",
        ),
        ("curl/8.0", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_session_is_recognisable(agent, text):
    with override("en"):
        assert device(agent) == text


class Sample(forms.Form):
    name = forms.CharField(
        help_text="As on the door.", widget=forms.TextInput(attrs={"class": "is-short"})
    )
    site = forms.ChoiceField(choices=[("a", "A")])
    agreed = forms.BooleanField()
    causes = forms.MultipleChoiceField(
        choices=[("busy", "Busy")], widget=forms.CheckboxSelectMultiple
    )


def field_of(name: str, data=None) -> str:
    form = Sample(data)
    return render(
        '{% include "components/_field.html" with field=field only %}', field=form[name]
    )


def test_a_field_is_tied_to_its_label_hint_and_error():
    text = field_of("name", {})
    assert '<label class="field-label" for="id_name">' in text
    assert 'aria-describedby="id_name_helptext id_name_error"' in text
    assert 'id="id_name_helptext"' in text
    assert 'id="id_name_error"' in text
    assert 'aria-invalid="true"' in text


def test_a_field_has_the_classes_of_its_kind_and_its_own():
    assert 'class="form-control is-short"' in field_of("name")
    assert 'class="form-select"' in field_of("site")
    assert 'class="form-check-input"' in field_of("agreed")
    assert re.search(r"<legend>\s*Causes", field_of("causes"))
