"""Fields for what people type: names, labels, reasons, descriptions, addresses, days.

A direction mark makes one name look like another, and a line break in a name ends
a mail's subject; the day after the calendar's last ends a page.
``use_in_admin`` gives them to every field of the back office.
"""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.db import models
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _

from vms_portal.kernel.data.json_pairs import NotStorable, SaidTwice, StorableDecoder
from vms_portal.kernel.mail.mailboxes import spelled
from vms_portal.kernel.text import clean_lines, clean_text, visible_text

# What a short name or a reference may hold; Django speaks of a “slug”.
NO_SLUG = _("Use letters, digits, hyphens and underscores: no spaces or accents.")


def _cleaned(value: Any, cleaner: Callable[[str], str]) -> Any:
    """Clean a text; one with a NUL, which nobody types, is for the field to refuse."""
    return cleaner(value) if isinstance(value, str) and "\0" not in value else value


class PlainField(forms.CharField):
    """One line of text without control characters and direction marks."""

    def clean(self, value: Any) -> Any:
        return super().clean(_cleaned(value, clean_text))


class PlainTextField(forms.CharField):
    """Lines of text, each as ``PlainField`` has it."""

    widget = forms.Textarea

    def clean(self, value: Any) -> Any:
        return super().clean(_cleaned(value, clean_lines))


class AddressField(forms.EmailField):
    """An address, kept as ``spelled``; what cannot be is no valid address."""

    def clean(self, value: Any) -> Any:
        address = super().clean(value)
        if not address:
            return address
        try:
            return spelled(address)
        except ValueError as error:
            raise forms.ValidationError(
                validate_email.message, code="invalid"
            ) from error


# As the import of numbers has it.
YEARS_OF_SERVICE = range(1990, 2101)


class DayField(forms.DateField):
    """A day somebody can mean: one of the year 9999 is a slip of the hand."""

    def to_python(self, value: Any) -> dt.date | None:
        day: dt.date | None = super().to_python(value)
        if day is not None and day.year not in YEARS_OF_SERVICE:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class WrittenJsonField(forms.JSONField):
    """JSON as it is typed: what is there twice or cannot be kept is refused, too."""

    default_error_messages = {
        "twice": _("“%(name)s” is there twice: which one holds?"),
        "unstorable": _("A text or a number in it cannot be stored."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "decoder": StorableDecoder})

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except SaidTwice as error:
            raise forms.ValidationError(
                self.error_messages["twice"],
                code="twice",
                params={"name": visible_text(error.name)},
            ) from error
        except NotStorable as error:
            told = self.error_messages["unstorable"]
            raise forms.ValidationError(told, code="unstorable") from error
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(
                self.error_messages["invalid"],
                code="invalid",
                params={"value": str(value)[:100]},
            ) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            value = super().bound_data(data, initial)
            json.dumps(value, ensure_ascii=False).encode()
            return value
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)


def use_in_admin() -> None:
    """Have Django's admin make these fields of the models' own."""
    from django.contrib.admin import options

    defaults = options.FORMFIELD_FOR_DBFIELD_DEFAULTS
    one_line = dict(defaults[models.CharField])
    # Kinds of text with a form field of their own, which refuses what is no slug.
    defaults.setdefault(models.SlugField, one_line)
    defaults[models.CharField] = {**one_line, "form_class": PlainField}
    defaults[models.EmailField] = {
        **defaults[models.EmailField],
        "form_class": AddressField,
    }
    defaults[models.TextField] = {
        **defaults[models.TextField],
        "form_class": PlainTextField,
    }
    defaults[models.DateField] = {**defaults[models.DateField], "form_class": DayField}
    defaults[models.JSONField] = {"form_class": WrittenJsonField}
