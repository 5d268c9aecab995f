from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tenants.admin.base import is_superuser, staff_of
from tenants.models import FailedWork
from tenants.services import failed_work
from tenants.words.failed_work import words
from vms_portal.kernel.admin.questions import (
    ConfirmForm,
    Question,
    answered,
    ask,
    sent_before,
)
from vms_portal.kernel.admin.read_only import ReadOnlyAdmin
from vms_portal.kernel.admin.selection import ticked_rows, warn_of_none
from vms_portal.kernel.formatting import first_named


class StateFilter(admin.SimpleListFilter):
    """Open unless asked otherwise: what is settled needs nobody."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("settled", _("Settled")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Open")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        return queryset.filter(settled_at__isnull=self.value() != "settled")


@admin.register(FailedWork)
class FailedWorkAdmin(ReadOnlyAdmin):
    """What the application could not do, with the reason and the next try."""

    list_display = [
        "last_at",
        "what",
        "about",
        "short_reason",
        "attempts",
        "next_try_at",
        "settled_at",
    ]
    list_display_links = ["last_at", "what"]
    list_filter = [StateFilter]
    search_fields = ["act", "reason"]
    actions = ["try_again", "settle"]
    readonly_fields = [
        "what",
        "act",
        "about",
        "reason",
        "attempts",
        "first_at",
        "last_at",
        "next_try_at",
        "settled_at",
    ]
    exclude = ["arguments", "fingerprint", "reported_by"]

    @admin.display(description=gettext_lazy("What"), ordering="act")
    def what(self, work: FailedWork) -> str:
        return words(work.act)

    @admin.display(description=gettext_lazy("About"))
    def about(self, work: FailedWork) -> str:
        return ", ".join(map(str, work.about)) or "-"

    @admin.display(description=gettext_lazy("Reason"))
    def short_reason(self, work: FailedWork) -> str:
        return work.reason[:120]

    @admin.action(description=gettext_lazy("Try the selected again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[FailedWork]) -> None:
        works, now = list(ticked_rows(self, request, queryset)), timezone.now()
        asked = failed_work.retry(works=works, by=staff_of(request), now=now)
        for work in works:
            if work not in asked:
                told = _("“%s” is settled already, or cannot be repeated.")
                messages.warning(request, told % work)
        if asked:
            text = ngettext(
                "%d is being tried again.", "%d are being tried again.", len(asked)
            )
            messages.success(request, text % len(asked))
        if not works:
            warn_of_none(request)

    @admin.action(description=gettext_lazy("Settle: somebody has dealt with it"))
    def settle(
        self, request: HttpRequest, queryset: QuerySet[FailedWork]
    ) -> HttpResponseBase | None:
        works = list(ticked_rows(self, request, queryset))
        waiting = [work for work in works if work.settled_at is None]
        form = ConfirmForm(answered(request))
        if waiting and not form.is_valid():
            return self._ask_to_settle(request, waiting, form)
        now = timezone.now()
        settled = failed_work.settle(works=waiting, by=staff_of(request), now=now)
        if done := len(settled):
            told = ngettext("%d settled.", "%d settled.", done)
            messages.success(request, told % done)
        if before := [f"“{work}”" for work in works if work not in settled]:
            told = _("Settled already: %(works)s.")
            messages.warning(request, told % {"works": ", ".join(first_named(before))})
        if not works:
            warn_of_none(request)
        return None

    def _ask_to_settle(
        self, request: HttpRequest, waiting: list[FailedWork], form: ConfirmForm
    ) -> HttpResponseBase:
        told = [
            _("They are not tried again: somebody has done their work."),
            _("This cannot be taken back."),
        ]
        title = ngettext(
            "Settle %d failed task", "Settle %d failed tasks", len(waiting)
        )
        title %= len(waiting)
        back = reverse("admin:tenants_failedwork_changelist")
        rows = [f"{work} · {self.about(work)}" for work in waiting]
        kept = sent_before(request, form)
        return ask(self, request, Question(title, told, title, back, rows, kept), form)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Reasons may name customers and addresses: administrators only."""
        return is_superuser(request)
