"""What long lists make without a template shows text as a template would."""

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from numbers.models import GeographicNumber
from numbers.views.labels import label_part
from vms_portal.kernel.templatetags.look import chip

MARKUP = '<b title="x">&'
SHOWN = "&lt;b title=&quot;x&quot;&gt;&amp;"


def test_a_chip_escapes_its_words_unless_they_are_markup():
    assert chip("ok", MARKUP).endswith(f"</svg>{SHOWN}</span>")
    assert chip("ok", mark_safe("<i>1</i>")).endswith("</svg><i>1</i></span>")
    # What was safe once is no leave for a text that reads alike.
    assert chip("ok", "<i>1</i>").endswith("</svg>&lt;i&gt;1&lt;/i&gt;</span>")


def test_a_chip_has_the_class_and_the_icon_of_its_state():
    assert 'class="chip chip-problem"' in chip("problem", "Down")
    assert "#x-octagon-fill" in chip("problem", "Down")
    assert 'class="chip chip-off"' in chip("", "Ended")


def test_the_part_for_other_pages_is_the_same_chip():
    values = {"state": "info", "label": MARKUP}
    made = render_to_string("components/_chip.html", values)
    assert made.strip() == chip("info", MARKUP)


@pytest.mark.parametrize("edit_url", ["", "/numbers/7/label/"])
def test_a_label_escapes_what_was_typed(edit_url):
    made = label_part(GeographicNumber(pk=7, label=MARKUP), edit_url, MARKUP)
    assert made.startswith(f'<span class="text-break" id="label-7">{SHOWN}')
    assert MARKUP not in made
    assert ("hx-get" in made) is bool(edit_url)
    assert made.count(SHOWN) == (2 if edit_url else 1)
