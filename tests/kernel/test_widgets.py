"""The quick select is Django's own, only quicker."""

from django import forms
from django.utils.safestring import mark_safe

from vms_portal.kernel.widgets import QuickSelect, ReadyChoices

CHOICES = [
    ("", "All"),
    ("+3225501200", '+32 2 550 12 00 <Reception> & "co" l\'accueil'),
    ('"><script>', mark_safe("<b>bold</b>")),
    ("a", "A"),
]


def html(widget: type[forms.Select], given, **attrs) -> list[str]:
    class Form(forms.Form):
        number = forms.ChoiceField(
            choices=CHOICES, widget=widget(attrs=attrs), required=False
        )

    text = str(Form({"number": given})["number"])
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_its_html_is_that_of_djangos_select():
    for given in ("", "a", '"><script>', "unknown", None):
        for attrs in ({}, {"class": 'x"y', "disabled": True, "hidden": False}):
            quick = html(QuickSelect, given, **attrs)
            assert quick == html(forms.Select, given, **attrs)
    assert '<option value="a" selected>A</option>' in html(QuickSelect, "a")


def test_ready_choices_are_those_of_a_field():
    field = forms.ChoiceField(choices=ReadyChoices(CHOICES), widget=QuickSelect)
    assert list(ReadyChoices(CHOICES)) == CHOICES
    assert field.valid_value("a")
    assert not field.valid_value("b")
