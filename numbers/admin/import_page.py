"""Importing numbers in the back office: choose, dry run, confirm."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contracts.models import Contract
from numbers.importing import waiting
from numbers.importing.columns import EXAMPLE, KNOWN, REQUIRED, example_rows
from numbers.importing.reading import LARGEST_FILE
from numbers.importing.result import ImportResult
from numbers.models import GeographicNumber, ServiceOption
from numbers.services.importing import import_numbers
from tenants.admin.base import staff_of
from tenants.sign_in.session_rules import confirm_person
from vms_portal.kernel.admin.searched_select import SearchedSelect
from vms_portal.kernel.csv_files.downloads import csv_response
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.text import clean_text, whole_number
from vms_portal.kernel.web.statuses import CONFLICT, UNPROCESSABLE

# What one request can do without keeping the person waiting.
MOST_ROWS = 20_000
HERE = "admin:numbers_geographicnumber_import"


class ImportForm(forms.Form):
    contract = forms.ModelChoiceField(
        label=gettext_lazy("Contract"),
        queryset=Contract.objects.select_related("tenant"),
        widget=SearchedSelect(GeographicNumber._meta.get_field("contract"), admin.site),
        help_text=gettext_lazy("The numbers are added to the customer of this one."),
    )
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            megabytes = LARGEST_FILE // 1024**2
            text = _("The file is larger than %(limit)s MB.") % {"limit": megabytes}
            raise forms.ValidationError(text)
        return file


def import_page(
    model_admin: admin.ModelAdmin, request: HttpRequest
) -> HttpResponseBase:
    """Show the form; check a file; import what was checked."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    if request.method == "POST" and "token" in request.POST:
        return _confirm(model_admin, request)
    is_sent = request.method == "POST"
    data, files = (request.POST, request.FILES) if is_sent else (None, None)
    asked = whole_number(request.GET.get("contract", ""))
    known = Contract.objects.filter(pk=asked).first() if asked else None
    form = ImportForm(data, files, initial={"contract": known})
    if form.is_valid():
        return _check(model_admin, request, form)
    return _page(
        model_admin,
        request,
        form=form,
        known=KNOWN,
        required=REQUIRED,
        options=ServiceOption.values,
    )


def example_file(model_admin: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Download a small file that a spreadsheet opens and the import takes."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    first = local_date(timezone.now()).replace(day=1)
    return csv_response("numbers-example.csv", EXAMPLE, example_rows(first))


def _check(
    model_admin: admin.ModelAdmin, request: HttpRequest, form: ImportForm
) -> HttpResponse:
    """Dry run. The file waits when there is nothing to mend."""
    contract, upload = form.cleaned_data["contract"], form.cleaned_data["file"]
    name = clean_text(upload.name)
    waiting.remove_forgotten(timezone.now())
    outcome = _run(request, upload.file, name, contract, dry_run=True)
    context = {"outcome": outcome, "contract": contract, "name": name}
    if outcome.problems:
        fresh = ImportForm(initial={"contract": contract})
        return _page(model_admin, request, form=fresh, status=UNPROCESSABLE, **context)
    if outcome.has_changes:
        upload.seek(0)
        try:
            kept = waiting.keep(upload, name=name, contract=contract.pk)
        except waiting.NoRoom:
            text = _("The server has no room for the file. Nothing was imported.")
            form.add_error("file", text)
            return _page(model_admin, request, form=form, status=503)
        context["token"] = kept.token()
    return _page(model_admin, request, **context)


def _confirm(model_admin: admin.ModelAdmin, request: HttpRequest) -> HttpResponseBase:
    """Import the file that waits. What changed since the dry run is told."""
    try:
        kept = waiting.read_token(request.POST["token"])
        with kept.open() as file:
            if "discard" in request.POST:
                outcome = None
            else:
                contract = Contract.objects.get(pk=kept.contract)
                outcome = _import(request, file, kept.name, contract)
    except waiting.NoLongerWaiting:
        text = _("This file is no longer waiting: choose it again.")
        messages.warning(request, text)
        return redirect(HERE)
    kept.remove()
    if outcome is None:
        messages.info(request, _("Nothing was imported."))
        return redirect(HERE)
    if outcome.problems:
        context = {"outcome": outcome, "contract": contract, "name": kept.name}
        fresh = ImportForm(initial={"contract": contract})
        return _page(model_admin, request, form=fresh, status=CONFLICT, **context)
    messages.success(request, _done(outcome))
    numbers = reverse("admin:numbers_geographicnumber_changelist")
    return redirect(f"{numbers}?contract__id__exact={contract.pk}")


def _import(
    request: HttpRequest, file: Any, name: str, contract: Contract
) -> ImportResult:
    """Import, after a new sign-in when calls are to ring lines nobody knew."""
    with transaction.atomic():
        outcome = _run(request, file, name, contract)
        if outcome.new_lines:
            confirm_person(request)
    return outcome


def _run(
    request: HttpRequest, file: Any, name: str, contract: Contract, **options: Any
) -> ImportResult:
    return import_numbers(
        file=file,
        name=name,
        contract=contract,
        actor=staff_of(request),
        now=timezone.now(),
        most_rows=MOST_ROWS,
        **options,
    )


def _done(outcome: ImportResult) -> str:
    text = ngettext(
        "%(added)d number was added, %(changed)d changed.",
        "%(added)d numbers were added, %(changed)d changed.",
        outcome.added,
    )
    done = text % {"added": outcome.added, "changed": outcome.changed}
    if outcome.lines_added:
        text = _("New main lines: %(lines)s.")
        done += f" {text % {'lines': ', '.join(outcome.lines_added)}}"
    if outcome.lines_again:
        text = _("Lines that plans and diversions go to again: %(lines)s.")
        done += f" {text % {'lines': ', '.join(outcome.lines_again)}}"
    return done


def _page(
    model_admin: admin.ModelAdmin, request: HttpRequest, status: int = 200, **more: Any
) -> TemplateResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Import numbers"),
        "opts": model_admin.opts,
        **more,
    }
    return TemplateResponse(
        request, "admin/numbers/import.html", context, status=status
    )
