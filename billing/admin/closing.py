"""Closing a month in the back office: look, close, watch, take along."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, register_converter, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.admin.base import MonthFilter, month_words
from billing.models import CustomerMonth
from billing.selectors import month as months
from billing.selectors.checks import billed_before, checks_of
from billing.selectors.overbilled import overbilled
from billing.services import closing
from billing.services.files import ask_for_repair
from billing.wording import problem_words
from tenants.admin.base import staff_of
from traffic.models import Period
from vms_portal.kernel.admin.questions import Question, TypedForm, answered, ask
from vms_portal.kernel.admin.read_only import ReadOnlyAdmin
from vms_portal.kernel.formatting import euro
from vms_portal.kernel.local_time import local_date, next_month, parse_month


def _no_month(request: HttpRequest, rest: str) -> HttpResponseBase:
    raise Http404(rest)


class MonthConverter:
    """``2026-11``; other months than those that can hold calls are not found."""

    regex = r"20[2-9][0-9]-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> dt.date:
        return parse_month(value)

    def to_url(self, value: dt.date) -> str:
        return f"{value:%Y-%m}"


register_converter(MonthConverter, "month")


@admin.register(CustomerMonth)
class CustomerMonthAdmin(ReadOnlyAdmin):
    """Each customer's part of a close; with the page that closes a month."""

    fields = ("tenant", "month_words", "state", "why", "billed_at")
    readonly_fields = list_display = fields
    list_filter = [MonthFilter, "state"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name", "tenant__reference"]
    change_list_template = "admin/billing/customer_months.html"

    @admin.display(description=gettext_lazy("month"), ordering="month")
    def month_words(self, part: CustomerMonth) -> str:
        return month_words(part.month)

    @admin.display(description=gettext_lazy("reason"), ordering="message")
    def why(self, part: CustomerMonth) -> str:
        return problem_words(part.message) or "-"

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, tuple[Any, str]] = {
            "": (self.month_list, "billing_month_list"),
            "<month:month>/": (self.month_detail, "billing_month_detail"),
            "<month:month>/progress/": (self.month_progress, "billing_month_progress"),
            "<month:month>/close/": (self.month_close, "billing_month_close"),
            "<month:month>/retry/": (self.month_retry, "billing_month_retry"),
            "<month:month>/zip/": (self.month_zip, "billing_month_zip"),
            "<month:month>/csv/": (self.month_csv, "billing_month_csv"),
        }
        own = [
            path(f"close/{route}", self.admin_site.admin_view(view), name=name)
            for route, (view, name) in views.items()
        ]
        # Not the admin's own address, which takes any text for a row's key.
        own.append(path("close/<path:rest>", self.admin_site.admin_view(_no_month)))
        return [*own, *super().get_urls()]

    def month_list(self, request: HttpRequest) -> HttpResponseBase:
        """Months that can be closed, and those that are."""
        self._check(request)
        context = {
            "title": _("Month close"),
            "ready": months.months_ready(timezone.now()),
            "periods": Period.objects.exclude(state=Period.State.OPEN),
            "overbilled": len(overbilled()),
        }
        return self._page(request, "month_list", context)

    def month_detail(self, request: HttpRequest, month: dt.date) -> HttpResponseBase:
        """One month: a preview while it is open, then how far its close is."""
        self._check(request)
        period = Period.objects.filter(month=month).first()
        is_open = period is None or period.state == Period.State.OPEN
        context = {
            "title": _("Close of %(month)s") % {"month": month_words(month)},
            "month": month,
            "is_open": is_open,
            "is_over": local_date(timezone.now()) >= next_month(month),
            **(self._outlook(month) if is_open else {}),
            **self._state(month, period),
        }
        return self._page(request, "month_detail", context)

    def _outlook(self, month: dt.date) -> dict[str, object]:
        preview = months.preview(month)
        return {
            "preview": preview,
            "checks": checks_of(month, preview, local_date(timezone.now())),
            "before": billed_before(month),
        }

    def month_progress(self, request: HttpRequest, month: dt.date) -> HttpResponseBase:
        """The part of the page that refreshes itself while the close runs."""
        self._check(request)
        period = Period.objects.filter(month=month).first()
        if period is None:
            raise Http404
        context = {"month": month, **self._state(month, period)}
        return self._page(request, "_month_progress", context)

    def month_close(self, request: HttpRequest, month: dt.date) -> HttpResponseBase:
        """Ask once more, then begin to close the month; workers do the rest."""
        self._check(request, closes=True)
        form = TypedForm(answered(request), expected=f"{month:%Y-%m}")
        if not form.is_valid():
            return self._ask_to_close(request, month, form)
        try:
            closing.start_close(
                month=month, now=timezone.now(), actor=staff_of(request)
            )
        except closing.MonthNotOver:
            told = _("%(month)s is not over yet.") % {"month": month_words(month)}
            messages.error(request, told)
        except closing.BeforeFirstMonth:
            told = _("There is nothing to bill in %(month)s.")
            messages.error(request, told % {"month": month_words(month)})
        except closing.EarlierMonthOpen as error:
            told = _("Close %(month)s first.") % {"month": month_words(error.month)}
            messages.error(request, told)
        except closing.EarlierMonthUnfrozen as error:
            told = _("%(month)s is still being closed. Try again in a moment.")
            messages.error(request, told % {"month": month_words(error.month)})
        return redirect("admin:billing_month_detail", month)

    def _ask_to_close(
        self, request: HttpRequest, month: dt.date, form: TypedForm
    ) -> HttpResponseBase:
        preview = months.preview(month)
        count = len(preview.invoices)
        title = _("Close %(month)s") % {"month": month_words(month)}
        button = ngettext(
            "Close and issue %(count)d invoice",
            "Close and issue %(count)d invoices",
            count,
        ) % {"count": count}
        back = reverse("admin:billing_month_detail", args=[month])
        question = Question(title, _what_closing_does(preview), button, back)
        return ask(self, request, question, form)

    def month_retry(self, request: HttpRequest, month: dt.date) -> HttpResponseBase:
        """Price the customers who were set aside once more."""
        self._check(request, writes=True)
        closing.retry_parked(month=month, actor=staff_of(request), now=timezone.now())
        return redirect("admin:billing_month_detail", month)

    def month_zip(self, request: HttpRequest, month: dt.date) -> HttpResponseBase:
        self._check(request)
        try:
            body = months.month_zip(month)
        except months.PdfsMissing as error:
            told = _("%(count)d documents are still being rendered.")
            messages.warning(request, told % {"count": error.count})
            return redirect("admin:billing_month_detail", month)
        except months.PdfsDamaged as error:
            ask_for_repair(error.files)
            told = _(
                "The stored files of these documents are damaged: %(references)s. They "
                "are being restored; download the archive again in a few minutes."
            )
            references = ", ".join(error.references)
            messages.error(request, told % {"references": references})
            return redirect("admin:billing_month_detail", month)
        return _download(body, "application/zip", f"invoices-{month:%Y-%m}.zip")

    def month_csv(self, request: HttpRequest, month: dt.date) -> HttpResponseBase:
        self._check(request)
        body = months.totals_csv(month).encode()
        return _download(body, "text/csv; charset=utf-8", f"totals-{month:%Y-%m}.csv")

    def _check(
        self, request: HttpRequest, writes: bool = False, closes: bool = False
    ) -> None:
        is_writer = writes or closes
        needed = "billing.add_invoice" if is_writer else "billing.view_invoice"
        if not request.user.has_perm(needed) or (writes and request.method != "POST"):
            raise PermissionDenied

    def _state(self, month: dt.date, period: Period | None) -> dict[str, object]:
        counts = closing.progress(month)
        parked = CustomerMonth.objects.filter(month=month, state="parked")
        documents = months.documents_of(month)
        return {
            "period": period,
            "counts": counts,
            "done": counts["total"] - counts["pending"],
            "parked": parked.select_related("tenant"),
            "documents": documents.count(),
            "unrendered": documents.filter(files=None).count(),
        }

    def _page(
        self, request: HttpRequest, name: str, context: Mapping[str, object]
    ) -> TemplateResponse:
        may_close = request.user.has_perm("billing.add_invoice")
        values = {**self.admin_site.each_context(request), **context}
        values |= {"opts": self.opts, "may_close": may_close}
        return TemplateResponse(request, f"admin/billing/{name}.html", values)


def _what_closing_does(preview: months.Preview) -> list[str]:
    count, problems = len(preview.invoices), len(preview.problems)
    issued = ngettext(
        "%(count)d invoice is issued, %(total)s incl. VAT, and mailed.",
        "%(count)d invoices are issued, %(total)s incl. VAT, and mailed.",
        count,
    )
    told = [
        issued % {"count": count, "total": euro(preview.total_gross)},
        _("They never change afterwards; a mistake becomes a credit note."),
        _("Nothing else begins or ends in the month once it is closed."),
    ]
    if problems:
        set_aside = ngettext(
            "%(count)d customer cannot be priced and is set aside.",
            "%(count)d customers cannot be priced and are set aside.",
            problems,
        )
        told.append(set_aside % {"count": problems})
    return told


def _download(body: bytes, kind: str, name: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(
        body, content_type=kind, headers={"Content-Disposition": disposition}
    )
