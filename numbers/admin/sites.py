from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from numbers.admin.forms import (
    OF_ANOTHER,
    EndedLineForm,
    LineForm,
    SiteForm,
    ended_line_words,
)
from numbers.admin.ringing import line_words, others_words
from numbers.models import GeographicNumber, Line, Site
from numbers.selectors import NumberTotal
from numbers.services.ending import ended_line
from numbers.services.line_effects import hold_lines, others_with_them
from numbers.services.lines import (
    LineChange,
    last_days,
    main_line_of,
    new_lines,
    note_lines,
    of_others,
)
from tenants.admin.base import record_entered, staff_of
from tenants.admin.history import ReadOnlyHistoryAdmin
from tenants.sign_in.session_rules import confirm_person
from vms_portal.kernel.admin.inline_rows import RowsAsSent
from vms_portal.kernel.admin.made_from import KnowsItsOrigin
from vms_portal.kernel.admin.number_search import NumberSearchMixin
from vms_portal.kernel.admin.questions import AsksBeforeSaving
from vms_portal.kernel.formatting import day_words, display
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.work.queue import enqueue_after_commit

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class LineFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form.cleaned_data for form in self.forms if form.is_valid()]
        self._refuse_of_others()
        if sum(bool(values.get("is_main")) for values in kept) > 1:
            raise ValidationError(_("A site has one main line only."))

    def _refuse_of_others(self) -> None:
        """Refuse what rings another customer; a line that stays as it is may stay."""
        asked = {
            form.cleaned_data["e164"]: form
            for form in self.forms
            if form.is_valid() and _begins_to_ring(form)
        }
        if self.instance.tenant_id is None:
            return
        today = local_date(timezone.now())
        for e164 in of_others(asked, self.instance.tenant, today):
            asked[e164].add_error("e164", OF_ANOTHER)


def _begins_to_ring(form: forms.ModelForm) -> bool:
    """Is it another number, or one that becomes the main line?"""
    if "e164" not in form.cleaned_data:  # Left empty.
        return False
    is_other = form.cleaned_data["e164"] != form.initial.get("e164")
    becomes_main = "is_main" in form.changed_data and form.cleaned_data["is_main"]
    return is_other or bool(becomes_main)


def main_line(lines: LineFormSet) -> str:
    """Return the number of the main line that the form sets leave; empty: none."""
    mains = (form.cleaned_data for form in lines.forms if form.has_changed())
    kept = [form.instance for form in lines.forms if not form.has_changed()]
    written = [values["e164"] for values in mains if values.get("is_main")]
    stored = [line.e164 for line in kept if line.pk and line.is_main]
    return next(iter([*written, *stored]), "")


def line_changes(form: Any, formsets: Iterable[LineFormSet]) -> list[LineChange]:
    """Return what a site's forms make of its main line, then of others that share it.

    They are not stored yet.
    """
    site, before = form.instance, main_line_of(form.instance)
    lines = next(iter(formsets), None)
    after = before if lines is None else main_line(lines)
    if before == after and not form.cleaned_data.get("ring_again"):
        return []
    hold_lines({before, after}, site.tenant)
    change = LineChange(site, before, after)
    return [change, *others_with_them([change], local_date(timezone.now()))]


def _last_day_words(site: Site, line: str) -> list[str]:
    """Say until when a site rings a number of the customer that ends."""
    today, chosen = local_date(timezone.now()), {site.pk: line}
    last_day = last_days([line], site.tenant, today, chosen=chosen).get(line)
    if last_day is None:
        return []
    text = gettext(
        "%(line)s is a number of the customer that ends on %(day)s. After that day "
        "plans and diversions that name the site go their next way."
    )
    return [text % {"line": display(line), "day": day_words(last_day)}]


class LineInline(RowsAsSent, admin.TabularInline):
    model = Line
    form, formset = LineForm, LineFormSet
    can_delete = False

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new site is asked for its line at once."""
        return 0 if obj else 1


@admin.register(Site)
class SiteAdmin(
    NumberSearchMixin, KnowsItsOrigin, AsksBeforeSaving, ReadOnlyHistoryAdmin
):
    """Sales staff keep sites and their lines; numbers come with an import."""

    form = SiteForm
    list_display = ["name", "tenant", "slug", "city", "number_count"]
    list_select_related = ["tenant"]
    search_fields = ["name", "slug", "city", "tenant__name", "tenant__reference"]
    number_fields = ("lines__e164",)
    autocomplete_fields = ["tenant"]
    inlines = [LineInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Site]:
        numbers = Count("geographic_numbers", distinct=True)
        return super().get_queryset(request).annotate(number_total=numbers)

    @admin.display(description=_("numbers"), ordering="number_total")
    def number_count(self, site: "WithAnnotations[Site, NumberTotal]") -> int:
        return site.number_total

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Offer to ring a line again whose number ended, to who may change it."""
        may_change = obj is not None and self.has_change_permission(request, obj)
        if may_change and ended_line(obj, local_date(timezone.now())):
            kwargs["form"] = EndedLineForm
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Site | None = None
    ) -> list[str]:
        # Routing plans refer to the short name.
        kept = ["tenant", "slug"] if obj else []
        if obj is None or self.has_change_permission(request, obj):
            return kept
        is_ended = ended_line(obj, local_date(timezone.now()))
        return [*kept, "calls_to_line"] if is_ended else kept

    @admin.display(description=_("Calls to its line"))
    def calls_to_line(self, site: Site) -> str:
        return ended_line_words(site)

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Site | None = None
    ) -> dict[str, Any]:
        return {} if obj else {"slug": ["name"]}

    def has_delete_permission(
        self, request: HttpRequest, obj: Site | None = None
    ) -> bool:
        return False

    def consequences(self, request: HttpRequest, obj: Site, form: Any) -> list[str]:
        """Say how many numbers ring elsewhere once the main line is another one."""
        formsets, _inlines = self._create_formsets(request, obj, change=True)
        if not all(lines.is_valid() for lines in formsets):
            return []
        changes = line_changes(form, formsets)
        if not changes:
            return []
        before, after = changes[0].before, changes[0].after
        # With those that wait for their contract: calls that come to them are routed.
        own = GeographicNumber.objects.filter(site=obj.pk)
        routed = own.in_service_on(local_date(timezone.now())).order_by("e164")
        related = routed.select_related("site", "contract")
        numbers = list(related.prefetch_related("option_periods"))
        told = gettext("The customer's administrators are told by mail.")
        return [
            *line_words(obj, before, after, numbers),
            *_last_day_words(obj, after),
            *others_words(changes[1:]),
            told,
        ]

    def _confirm_new_lines(
        self, request: HttpRequest, site: Site, sets: Any, again: str
    ) -> None:
        """Ask to sign in again before calls ring a number the customer never had.

        ``again`` is the line that is to ring again, if any.
        """
        changed = (form for one in sets for form in one.forms if form.has_changed())
        rung = (form for form in changed if _begins_to_ring(form))
        written = {again} - {""} | {form.cleaned_data["e164"] for form in rung}
        if new_lines(written, site.tenant, local_date(timezone.now())):
            confirm_person(request)

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        """A line belongs to the customer of its site.

        Whichever row is its main line: of the same digits it was told as often.
        """
        main = form.instance.lines.filter(is_main=True).first()
        for line in formset.save(commit=False):
            line.tenant = form.instance.tenant
            if main is not None and line.is_main and line.e164 == main.e164:
                line.told_at = main.told_at
            line.save()

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Record what changed, lines included; calls to the site follow its line."""
        site = form.instance
        again = main_line_of(site) if form.cleaned_data.get("ring_again") else ""
        self._confirm_new_lines(request, site, formsets, again)
        changes = line_changes(form, formsets)
        super().save_related(request, form, formsets, change)
        note_lines(
            changes=changes,
            now=timezone.now(),
            actor=staff_of(request),
            reason=self.reason(request),
        )
        entered = record_entered(
            request,
            form,
            formsets,
            action="site.changed" if change else "site.added",
            rows="lines",
            reason=self.reason(request),
        )
        if entered:
            if not main_line_of(site):
                _warn_of_no_line(request, site)
            if not change:  # Nothing was asked before.
                for told in others_words(changes[1:]):
                    messages.warning(request, told)
            enqueue_after_commit("routing.tasks.compile_plans", site.tenant_id)


def _warn_of_no_line(request: HttpRequest, site: Site) -> None:
    text = gettext(
        "%(site)s has no main line yet: calls that are sent there go on to "
        "the next way of their plan."
    )
    messages.warning(request, text % {"site": site})
