"""Days of service lie in open months: what a closed one billed is settled.

Triggers refuse what begins or ends in a closed month; here is what services and
forms ask first, to say so in time and to name the first day that is possible.
"""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from vms_portal.kernel.formatting import day_words

DAY = dt.timedelta(days=1)
if TYPE_CHECKING:
    # What the mixin is mixed into: at run time it has no base of its own.
    _Form = forms.ModelForm
else:
    _Form = object

# The database knows no month before it (traffic/migrations/0014).
FIRST_MONTH = dt.date(2020, 1, 1)


class MonthClosed(Exception):
    """The month of a day is closed or closing; ``first`` is the first open day."""

    def __init__(self, first: dt.date) -> None:
        super().__init__(first)
        self.first = first

    def __str__(self) -> str:
        return closed_text(self.first)


def first_open_day() -> dt.date | None:
    """Return the first day that no closed month holds; None when no month is closed.

    It stays so until the transaction ends: a close that begins waits for it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT traffic_first_open_day()")
        (day,) = cursor.fetchone()
    return day


def hold_off_close() -> None:
    """Let no month begin to close until the transaction ends.

    For who locks rows before the day is known: after them it could wait for a close
    that waits for somebody who waits for these rows.
    """
    first_open_day()


def require_open(*, begins: dt.date | None = None, ends: dt.date | None = None) -> None:
    """Raise ``MonthClosed`` unless a service may begin and end on these days.

    The last day of the closed months is a possible end: it is billed to its end.
    """
    first = first_open_day()
    if first is None:
        return
    if (begins and begins < first) or (ends and ends < first - DAY):
        raise MonthClosed(first)


def before_first_text() -> str:
    """Say that a service begins before ``FIRST_MONTH``; the database refuses it."""
    first = {"day": day_words(FIRST_MONTH)}
    return _("The first day cannot be before %(day)s.") % first


def closed_text(first: dt.date) -> str:
    return _("The months before are closed and billed: choose %(day)s or later.") % {
        "day": day_words(first)
    }


def closed_end_text(first: dt.date) -> str:
    """Say from which day on a service can end."""
    told = _(
        "It is billed until %(last)s: choose that day, or one from %(first)s on. What "
        "was billed too much is credited."
    )
    return told % {"last": day_words(first - DAY), "first": day_words(first)}


class OpenMonthsMixin(_Form):
    """A form whose days of service do not reach into closed months.

    ``begins`` and ``ends`` name its fields; those of ``fixed`` stay as they are once
    the service has begun in a closed month. Comes before the form's own class.
    """

    begins: str = "starts_on"
    ends: str = "ends_on"
    fixed: Iterable[str] = ()

    def clean(self) -> dict[str, Any] | None:
        values: dict[str, Any] | None = super().clean()
        changed = set(self.changed_data)
        begins = self.cleaned_data.get(self.begins)
        first = first_open_day() if changed else None
        if first is not None:
            self._check(first, changed)
        elif self.begins in changed and begins and begins < FIRST_MONTH:
            self.add_error(self.begins, before_first_text())
        return values

    def _check(self, first: dt.date, changed: set[str]) -> None:
        was_billed = _was_billed(self, first)
        for name, text, earliest in (
            (self.begins, closed_text, first),
            (self.ends, closed_end_text, first - DAY),
        ):
            if name not in changed:
                continue
            before = self._before(name) if was_billed else None
            days = (before, self.cleaned_data.get(name))
            if any(day and day < earliest for day in days):
                self.add_error(name, text(first))
        begun = self._before(self.begins)
        if was_billed and begun and begun < first:
            for name in changed.intersection(self.fixed):
                told = _("It is billed already: end it, and add another.")
                self.add_error(name, told)

    def _before(self, name: str) -> dt.date | None:
        """Return a day as stored; None in a form that adds something."""
        return self.initial.get(name) if self.instance.pk else None


def _was_billed(form: forms.BaseModelForm, first: dt.date) -> bool:
    """May a closed month have billed what the form shows? Its contract tells."""
    if form.instance.pk is None:
        return False
    contract = getattr(form.instance, "contract", None)
    if contract is None:
        return True
    return contract.activated_on is not None and contract.activated_on < first


def refuse_deleted(formset: forms.BaseInlineFormSet, begins: str = "starts_on") -> None:
    """Refuse to delete rows of a formset that began in a closed month."""
    first = first_open_day()
    for form in formset.deleted_forms:
        begun = form.initial.get(begins)
        if first and begun and begun < first and _was_billed(form, first):
            raise ValidationError(
                _("It is billed already: it can be ended, not deleted.")
            )
