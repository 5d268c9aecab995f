from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from numbers.admin.forms import AddNumberForm, NumberForm
from numbers.admin.import_page import example_file, import_page
from numbers.admin.ringing import where_it_rings
from numbers.admin.stopping import (
    StoppingMixin,
    what_ends,
    what_switches_off,
)
from numbers.models import (
    GeographicNumber,
    NumberState,
    OptionPeriod,
    ServiceOption,
)
from numbers.notation.searching import number_matches
from numbers.selectors import in_state, with_option
from numbers.services import inventory, options
from numbers.services.moving import move_number
from numbers.services.stopping import end_number
from tenants.admin.base import staff_of
from tenants.admin.history import ReadOnlyHistoryAdmin
from vms_portal.kernel.admin.inline_rows import RowsAsSent
from vms_portal.kernel.admin.made_from import KnowsItsOrigin
from vms_portal.kernel.admin.number_search import NumberSearchMixin
from vms_portal.kernel.admin.questions import AsksBeforeSaving
from vms_portal.kernel.admin.refusals import ShowsRefusals
from vms_portal.kernel.data.open_months import (
    MonthClosed,
    closed_text,
    hold_off_close,
)
from vms_portal.kernel.formatting import display
from vms_portal.kernel.local_time import local_date

FIXED = ["number", "tenant", "contract", "state_today", "activated_on", "suspended_at"]


class OptionFilter(admin.SimpleListFilter):
    title = _("option today")
    parameter_name = "option"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return ServiceOption.choices

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[GeographicNumber]
    ) -> QuerySet[GeographicNumber]:
        if self.value() not in ServiceOption.values:
            return queryset
        return with_option(queryset, str(self.value()), local_date(timezone.now()))


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [
            (NumberState.ACTIVE, NumberState.ACTIVE.label),
            (NumberState.WAITING, NumberState.WAITING.label),
            (NumberState.SUSPENDED, NumberState.SUSPENDED.label),
            ("released", _("Has a last day")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[GeographicNumber]
    ) -> QuerySet[GeographicNumber]:
        if self.value() == "suspended":
            return queryset.filter(suspended_at__isnull=False)
        if self.value() in ("active", "waiting"):
            return in_state(queryset, str(self.value()), local_date(timezone.now()))
        if self.value() == "released":
            return queryset.filter(released_on__isnull=False)
        return queryset


class OptionPeriodInline(RowsAsSent, admin.TabularInline):
    """What was and will be; changed above, so that no day is left without one."""

    model = OptionPeriod
    fields = ["option", "starts_on", "ends_on"]
    readonly_fields = ["option", "starts_on", "ends_on"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# What somebody, or midnight, was faster with, between the form and the act.
REFUSED = {
    inventory.NumberTaken: _("Somebody put this number in service just before you."),
    inventory.AlreadyReleased: _("Somebody ended this number just before you."),
    inventory.BeforeFirstDay: _("The last day lies before the first."),
    inventory.OutsideContract: _("The contract is not active on that day."),
    options.SameOption: _("The number already has this option on that day."),
    options.NotInTheFuture: _("Choose a future date."),
    options.NotInService: _("The number is not in service on that day."),
}


@admin.register(GeographicNumber)
class GeographicNumberAdmin(
    NumberSearchMixin,
    ShowsRefusals,
    StoppingMixin,
    KnowsItsOrigin,
    AsksBeforeSaving,
    ReadOnlyHistoryAdmin,
):
    """Sales staff find numbers, add them and plan their options; nobody deletes one."""

    refusals = (*REFUSED, MonthClosed)
    list_display = [
        "number",
        "label",
        "tenant",
        "site",
        "contract",
        "option_today",
        "state_today",
        "activated_on",
        "released_on",
    ]
    list_filter = [StateFilter, OptionFilter]
    list_select_related = ["tenant", "site", "contract"]
    search_fields = ["label", "site__name", "tenant__name"]
    number_fields = ("e164",)
    search_help_text = _("A number in any notation, a label, a site or a customer.")
    autocomplete_fields = ["contract", "site"]
    date_hierarchy = "activated_on"
    actions = ["suspend", "resume"]
    change_list_template = "admin/numbers/number_list.html"

    def lock_before(self, obj: GeographicNumber) -> None:
        hold_off_close()

    def get_queryset(self, request: HttpRequest) -> QuerySet[GeographicNumber]:
        return super().get_queryset(request).prefetch_related("option_periods")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find as every list does, and a number by any digits that stand alone."""
        matches, duplicates = super().get_search_results(request, queryset, search_term)
        return matches | queryset.filter(number_matches(search_term)), duplicates

    @admin.display(description=_("number"), ordering="e164")
    def number(self, number: GeographicNumber) -> str:
        return display(number.e164)

    @admin.display(description=_("state"))
    def state_today(self, number: GeographicNumber) -> str:
        return str(number.state_on(local_date(timezone.now())).label)

    @admin.display(description=_("option today"))
    def option_today(self, number: GeographicNumber) -> str:
        code = number.option_on(local_date(timezone.now()))
        return str(ServiceOption(code).label) if code else "-"

    # --- One number -----------------------------------------------------------
    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = NumberForm if obj else AddNumberForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None:
            return ["contract", "site", "e164", "label", "option", "activated_on"]
        stored = [*FIXED, "site", "label", "released_on"]
        if not self.has_change_permission(request, obj):
            return stored
        return [*stored, "change_to", "change_from"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return FIXED if obj else []

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [OptionPeriodInline] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: GeographicNumber, form: Any, change: bool
    ) -> None:
        if change:
            self._change(request, obj, form)
        else:
            self._add(request, obj, form.cleaned_data)

    def _add(
        self, request: HttpRequest, obj: GeographicNumber, values: dict[str, Any]
    ) -> None:
        made = inventory.add_number(
            contract=values["contract"],
            site=values["site"],
            e164=values["e164"],
            option=values["option"],
            activated_on=values["activated_on"],
            label=values["label"],
            actor=staff_of(request),
        )
        obj.__dict__.update(made.__dict__)
        if not made.contract.is_begun:
            text = _("The contract is not active yet: the number waits for it.")
            messages.warning(request, text)

    def _change(self, request: HttpRequest, obj: GeographicNumber, form: Any) -> None:
        """Each thing by its own service: where it is, its end, its next option."""
        values, actor = form.cleaned_data, staff_of(request)
        move_number(number=obj, site=values["site"], label=values["label"], actor=actor)
        if "released_on" in form.changed_data and values["released_on"]:
            end_number(
                number=obj,
                last_day=values["released_on"],
                reason=self.reason(request),
                now=timezone.now(),
                actor=actor,
            )
        if values["change_to"]:
            options.change_option(
                number=obj,
                option=values["change_to"],
                from_day=values["change_from"],
                today=local_date(timezone.now()),
                actor=actor,
            )

    def consequences(
        self, request: HttpRequest, obj: GeographicNumber, form: Any
    ) -> list[str]:
        return [
            *where_it_rings(obj, form),
            *what_ends(obj, form),
            *what_switches_off(obj, form),
        ]

    def why_refused(self, error: Exception) -> str:
        if isinstance(error, MonthClosed):
            return closed_text(error.first)
        return str(REFUSED[type(error)])

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)
        name = "numbers_geographicnumber_import"
        example = self.admin_site.admin_view(self.example_view)
        return [
            path("import/", view, name=name),
            path("import/example/", example, name=f"{name}_example"),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponseBase:
        return import_page(self, request)

    def example_view(self, request: HttpRequest) -> HttpResponse:
        return example_file(self, request)
