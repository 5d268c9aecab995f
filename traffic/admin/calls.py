"""Traffic in the back office: quarantine to decide, months and deliveries to read."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tenants.admin.base import staff_of
from traffic.admin.forms import Decision, QuarantineForm, label_of
from traffic.ingest import schema
from traffic.ingest.record import LINE, said
from traffic.models import IngestBatch, Period, QuarantinedRecord
from traffic.services import quarantine
from vms_portal.kernel.admin.made_from import KnowsItsOrigin
from vms_portal.kernel.admin.number_search import NumberSearchMixin
from vms_portal.kernel.admin.questions import (
    AsksBeforeSaving,
    ConfirmForm,
    Question,
    answered,
    ask,
    sent_before,
)
from vms_portal.kernel.admin.read_only import ReadOnlyAdmin
from vms_portal.kernel.admin.refusals import ShowsRefusals
from vms_portal.kernel.admin.selection import ticked_rows, warn_of_none
from vms_portal.kernel.formatting import display
from vms_portal.kernel.text import visible_text

COUNTS = ["received", "added", "known", "moved", "quarantined"]


@admin.register(Period)
class PeriodAdmin(ReadOnlyAdmin):
    list_display = ["month_words", "state", "closing_at", "closed_at"]
    fields = readonly_fields = ("month_words", "state", "closing_at", "closed_at")
    list_filter = ["state"]

    @admin.display(description=gettext_lazy("month"), ordering="month")
    def month_words(self, period: Period) -> str:
        return date_format(period.month, "YEAR_MONTH_FORMAT")


@admin.register(IngestBatch)
class IngestBatchAdmin(ReadOnlyAdmin):
    list_display = ["received_at", "key", *COUNTS]
    fields = ["received_at", "key", *COUNTS, "sha256"]
    readonly_fields = COUNTS
    search_fields = ["key"]

    @admin.display(description=gettext_lazy("records received"))
    def received(self, batch: IngestBatch) -> int | None:
        return _counted(batch, "received")

    @admin.display(description=gettext_lazy("added"))
    def added(self, batch: IngestBatch) -> int | None:
        return _counted(batch, "added")

    @admin.display(description=gettext_lazy("known already"))
    def known(self, batch: IngestBatch) -> int | None:
        return _counted(batch, "known")

    @admin.display(description=gettext_lazy("moved"))
    def moved(self, batch: IngestBatch) -> int | None:
        return _counted(batch, "moved")

    @admin.display(description=gettext_lazy("set aside"))
    def quarantined(self, batch: IngestBatch) -> int | None:
        return _counted(batch, "quarantined")


def _counted(batch: IngestBatch, name: str) -> Any:
    answer = batch.answer
    return answer.get(name) if isinstance(answer, dict) else None


class SourceFilter(admin.AllValuesFieldListFilter):
    """Who recorded calls, by names that came with them."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": visible_text(str(choice["display"]))}


@admin.register(QuarantinedRecord)
class QuarantinedRecordAdmin(
    NumberSearchMixin, ShowsRefusals, KnowsItsOrigin, AsksBeforeSaving
):
    """Staff correct, count or dismiss what ingest could not place."""

    # The source and its periods come before the record: the service locks them all.
    is_locked_first = False
    form = QuarantineForm
    # The page has a field for the reason.
    answer_form = ConfirmForm
    refusals = (quarantine.NotOpen, quarantine.Changed, quarantine.StillRefused)
    list_display = ["received_at", "reason", "state", "source", "call_id", "called"]
    list_filter = ["state", "reason", ("source", SourceFilter)]
    # As they were delivered, too: what is set aside may be no number.
    search_fields = [
        "source",
        "call_id",
        "content__called",
        "content__caller",
        f"content__{LINE}",
    ]
    number_fields = ("content__called", "content__caller")
    date_hierarchy = "received_at"
    actions = ["count_selected"]
    SUMMARY = ("reason", "state", "received_at", "resolved_at", "note")

    @admin.display(description=gettext_lazy("called number"))
    def called(self, record: QuarantinedRecord) -> str:
        return display(visible_text(said(record.content).get("called", "")))

    @admin.display(description=gettext_lazy("content"))
    def fields_shown(self, record: QuarantinedRecord) -> str:
        names, found = (*schema.CALL.names, LINE), said(record.content)
        pairs = [
            (label_of(name), visible_text(found[name]))
            for name in names
            if name in found
        ]
        return format_html_join("", "<div><b>{}</b> {}</div>", pairs)

    @admin.display(description=gettext_lazy("line of the file"))
    def torn_line(self, record: QuarantinedRecord) -> str:
        return visible_text(said(record.content).get(LINE, ""))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if not self.has_change_permission(request, obj):
            return [*self.SUMMARY, "fields_shown"]
        torn = ["torn_line"] if obj and LINE in said(obj.content) else []
        return [*self.SUMMARY, *torn, *schema.CALL.names, "decision", "why", "seen"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*self.SUMMARY, "fields_shown", "torn_line"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_open = obj is None or obj.state == QuarantinedRecord.State.OPEN
        return is_open and super().has_change_permission(request, obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        # The form brings its own fields; the admin must not look for them.
        return super().get_form(request, obj, change, **{**kwargs, "fields": []})

    def consequences(self, request: HttpRequest, obj: Any, form: Any) -> list[str]:
        """Say what dismissing means; the other decisions can be taken again."""
        values = form.cleaned_data
        if values["decision"] != Decision.DISMISS:
            return []
        return [
            _("The call never counts: it is not billed, and statistics leave it out."),
            _("Delivered again, it stays out. This cannot be taken back."),
            _("Reason: %(reason)s") % {"reason": values["why"]},
        ]

    def why_refused(self, error: Exception) -> str:
        if isinstance(error, quarantine.StillRefused):
            return _("The call cannot be counted any more.")
        first = _("Somebody else changed this record first. Nothing was saved.")
        return " ".join((first, _("Open the record once more.")))

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        values, now = form.cleaned_data, timezone.now()
        asked: dict[str, Any] = {
            "record": obj.pk,
            "by": staff_of(request),
            "note": values["why"],
            "now": now,
        }
        if values["decision"] == Decision.DISMISS:
            quarantine.dismiss(**asked)
            return
        quarantine.correct(content=form.content, seen=values["seen"], **asked)
        if values["decision"] == Decision.RELEASE:
            quarantine.request_release(**asked)
            messages.info(request, _("The call is being counted."))

    @admin.action(
        description=gettext_lazy("Count the selected calls"), permissions=["change"]
    )
    def count_selected(
        self, request: HttpRequest, queryset: QuerySet[QuarantinedRecord]
    ) -> HttpResponseBase | None:
        """Ask for each that can be counted as it stands; tell of the others."""
        rows = ticked_rows(self, request, queryset)
        form = ConfirmForm(answered(request))
        if not form.is_valid():
            return self._ask_to_count(request, rows.count(), form)
        asked = decided = refused = 0
        # They stay locked until the answer: in the order in which the worker locks.
        for pk in rows.order_by("pk").values_list("pk", flat=True):
            try:
                quarantine.request_release(
                    record=pk, by=staff_of(request), note="", now=timezone.now()
                )
                asked += 1
            except quarantine.NotOpen:
                decided += 1
            except quarantine.StillRefused:
                refused += 1
        _tell_of_counting(request, asked, decided, refused)
        return None

    def _ask_to_count(
        self, request: HttpRequest, count: int, form: ConfirmForm
    ) -> HttpResponseBase:
        told = [
            _("Those that can be counted as they are will be billed like all others."),
            _("A call that is counted cannot be set aside again."),
        ]
        title = ngettext("Count %(count)d call", "Count %(count)d calls", count)
        title %= {"count": count}
        back = reverse("admin:traffic_quarantinedrecord_changelist")
        kept = sent_before(request, form)
        question = Question(title, told, title, back, kept=kept, is_danger=False)
        return ask(self, request, question, form)


def _tell_of_counting(
    request: HttpRequest, asked: int, decided: int, refused: int
) -> None:
    """Say what became of the calls that were selected, but for what none did."""
    being_counted = ngettext(
        "%(count)d call is being counted.", "%(count)d calls are being counted.", asked
    )
    decided_before = ngettext(
        "%(count)d call was counted or set aside already.",
        "%(count)d calls were counted or set aside already.",
        decided,
    )
    cannot = ngettext(
        "%(count)d call cannot be counted.",
        "%(count)d calls cannot be counted.",
        refused,
    )
    for text, count, level in (
        (being_counted, asked, messages.INFO),
        (decided_before, decided, messages.WARNING),
        (cannot, refused, messages.WARNING),
    ):
        if count:
            messages.add_message(request, level, text % {"count": count})
    if not (asked or decided or refused):
        warn_of_none(request)
