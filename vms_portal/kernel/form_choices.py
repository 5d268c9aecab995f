"""What a list in a form offers, where that depends on who asks."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import QuerySet


def offer(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> forms.ChoiceField:
    """Let a field offer these choices, and return it."""
    field = cast(forms.ChoiceField, form.fields[name])
    field.choices = list(choices)
    return field


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let a field offer these rows."""
    cast(forms.ModelChoiceField, form.fields[name]).queryset = rows
