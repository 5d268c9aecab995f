"""Suspending, resuming and ending numbers in the back office: asked before."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from numbers.admin.ticked import (
    Ticked,
    named,
    ticked_numbers,
    what_resuming_does,
    what_suspending_does,
    what_was_resumed,
)
from numbers.models import GeographicNumber, ServiceOption
from numbers.services import stopping
from numbers.services.ending import lines_of_ending
from tenants.admin.base import staff_of
from vms_portal.kernel.admin.questions import (
    Question,
    ReasonForm,
    answered,
    ask,
    sent_before,
)
from vms_portal.kernel.admin.selection import ticked_rows
from vms_portal.kernel.formatting import day_words, display, first_named
from vms_portal.kernel.local_time import local_date

LIST = "admin:numbers_geographicnumber_changelist"


class StoppingMixin(admin.ModelAdmin):
    """The two actions of the list, each with its question."""

    @admin.action(
        description=gettext_lazy("Suspend the selected numbers"),
        permissions=["change"],
    )
    def suspend(
        self, request: HttpRequest, queryset: QuerySet[GeographicNumber]
    ) -> HttpResponseBase | None:
        rows = ticked_rows(self, request, queryset)
        ticked = ticked_numbers(rows, are_suspended=False)
        numbers = ticked.numbers
        if not numbers:
            ticked.tell_of_left_out(request, is_any_done=False)
            return None
        form = ReasonForm(answered(request))
        if not form.is_valid():
            return self._ask_to_suspend(request, ticked, form)
        done = stopping.suspend_numbers(
            numbers=numbers,
            reason=form.cleaned_data["reason"],
            actor=staff_of(request),
            now=timezone.now(),
        )
        if done:
            messages.success(request, _what_was_suspended(len(done)))
        left = ticked_numbers(rows, are_suspended=False, done=done)
        left.tell_of_left_out(request, is_any_done=bool(done))
        return None

    def _ask_to_suspend(
        self, request: HttpRequest, ticked: Ticked, form: ReasonForm
    ) -> HttpResponseBase:
        numbers, count = ticked.numbers, len(ticked.numbers)
        title = ngettext("Suspend %(count)d number", "Suspend %(count)d numbers", count)
        title %= {"count": count}
        question = Question(
            title,
            [*what_suspending_does(numbers), *ticked.left_out()],
            title,
            reverse(LIST),
            named(numbers),
            sent_before(request, form),
        )
        return ask(self, request, question, form)

    @admin.action(
        description=gettext_lazy("Resume the selected numbers"), permissions=["change"]
    )
    def resume(
        self, request: HttpRequest, queryset: QuerySet[GeographicNumber]
    ) -> HttpResponseBase | None:
        rows = ticked_rows(self, request, queryset)
        ticked = ticked_numbers(rows, are_suspended=True)
        numbers = ticked.numbers
        if not numbers:
            ticked.tell_of_left_out(request, is_any_done=False)
            return None
        form = ReasonForm(answered(request))
        if not form.is_valid():
            return self._ask_to_resume(request, ticked, form)
        done = stopping.resume_numbers(
            numbers=numbers,
            reason=form.cleaned_data["reason"],
            actor=staff_of(request),
            now=timezone.now(),
        )
        resumed = {number.pk for number in done}
        if said := what_was_resumed([n for n in numbers if n.pk in resumed]):
            messages.success(request, " ".join(said))
        left = ticked_numbers(rows, are_suspended=True, done=done)
        left.tell_of_left_out(request, is_any_done=bool(done))
        return None

    def _ask_to_resume(
        self, request: HttpRequest, ticked: Ticked, form: ReasonForm
    ) -> HttpResponseBase:
        numbers, count = ticked.numbers, len(ticked.numbers)
        title = ngettext("Resume %(count)d number", "Resume %(count)d numbers", count)
        title %= {"count": count}
        question = Question(
            title,
            [*what_resuming_does(numbers), *ticked.left_out()],
            title,
            reverse(LIST),
            named(numbers),
            sent_before(request, form),
            is_danger=False,
        )
        return ask(self, request, question, form)


def _what_was_suspended(count: int) -> SafeString:
    """Say it with the way back."""
    told = ngettext(
        "%(count)d number is suspended.", "%(count)d numbers are suspended.", count
    ) % {"count": count}
    undo = f"{reverse(LIST)}?state=suspended"
    return format_html('{} <a href="{}">{}</a>', told, undo, _("Resume some of them"))


def what_ends(number: GeographicNumber, form: Any) -> list[str]:
    """Say what giving the number a last day does; nothing where none is given."""
    last_day = form.cleaned_data.get("released_on")
    if "released_on" not in form.changed_data or not last_day:
        return []
    told = _("%(number)s ends for good: calls to it after that day go nowhere.")
    if last_day < local_date(timezone.now()):
        told = _(
            "%(number)s ends for good, at once, as that day is over: calls to it go "
            "nowhere."
        )
    return [
        told % {"number": display(number.e164)},
        *lines_words([number], last_day),
        _("The last day cannot be taken back here."),
        _("The customer's administrators are told by mail."),
    ]


def lines_words(numbers: Sequence[GeographicNumber], last_day: dt.date) -> list[str]:
    """Say what sites do whose line is one of the numbers, once these ended."""
    goes = _(
        "%(line)s is the line of %(site)s: after that day plans and diversions that "
        "name this site go their next way. Give the site another line before."
    )
    stays = _(
        "%(line)s stays the line of %(site)s, which was chosen before the number "
        "began: the site rings there after that day, too, whoever has the number then."
    )
    today = local_date(timezone.now())
    if last_day < today:
        goes = _(
            "%(line)s is the line of %(site)s: plans and diversions that name this "
            "site go their next way at once. Give the site another line."
        )
    lines = lines_of_ending(numbers, last_day, today)
    return first_named(
        [
            (stays if line.goes_on else goes)
            % {"line": display(line.e164), "site": line.site}
            for line in lines
        ]
    )


def what_switches_off(number: GeographicNumber, form: Any) -> list[str]:
    """Say what leaving Voice Continuity does; nothing where it is not left."""
    option, day = (form.cleaned_data.get(name) for name in ("change_to", "change_from"))
    continuity = ServiceOption.VOICE_CONTINUITY
    if not option or not day or option == continuity:
        return []
    if number.option_on(day - dt.timedelta(days=1)) != continuity:
        return []
    told = _(
        "Redirections of %(number)s that are on are switched off on %(day)s, and stay "
        "off when Voice Continuity comes back. What is prepared stays."
    )
    return [told % {"number": display(number.e164), "day": day_words(day)}]
