from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenants.audit.actions import words
from tenants.audit.details import actor_words, details
from tenants.models import AuditEvent
from tenants.models.audit import AuditQuerySet
from vms_portal.kernel.admin.number_search import NumberSearchMixin
from vms_portal.kernel.admin.read_only import ReadOnlyAdmin
from vms_portal.kernel.formatting import display

REQUEST = "request_id"


@admin.register(AuditEvent)
class AuditEventAdmin(NumberSearchMixin, ReadOnlyAdmin):
    """Every chain, to read. ``verify_audit`` says whether it is intact.

    An act about many rows is one line that opens; a search looks at each row.
    """

    menu_name = _("audit trail")
    list_display = ["at", "tenant", "by", "act", "target"]
    fields = ["at", "tenant", "by", "act", "target", "told", "request_id"]
    readonly_fields = ["by", "act", "target", "told"]
    list_filter = [("tenant", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["tenant"]
    search_fields = ["actor_name", "action", "target_label", "request_id"]
    search_help_text = _("A person, a number in any notation, a name or a request.")
    number_fields = ("target_label",)
    date_hierarchy = "at"
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Look at each row of an act that is searched or opened, else at the act."""
        if search_term or REQUEST in request.GET:
            return super().get_search_results(request, queryset, search_term)
        return cast(AuditQuerySet, queryset).by_act(), False

    @admin.display(description=_("By"), ordering="actor_name")
    def by(self, event: AuditEvent) -> str:
        return actor_words(event.actor_name)

    @admin.display(description=_("Action"), ordering="action")
    def act(self, event: AuditEvent) -> str:
        return words(event.action)

    @admin.display(description=_("Object"), ordering="target_label")
    def target(self, event: AuditEvent) -> str:
        """A number as people write it; of many, the last and the way to the others."""
        name = display(event.target_label)
        others = getattr(event, "others", 0)
        if not others:
            return name
        text = ngettext(
            "%(name)s and %(count)d other", "%(name)s and %(count)d others", others
        ) % {"name": name, "count": others}
        where = reverse("admin:tenants_auditevent_changelist")
        return format_html('<a href="{}?{}">{}</a>', where, _one_act(event), text)

    @admin.display(description=_("Detail"))
    def told(self, event: AuditEvent) -> str:
        rows = details(event.detail)
        return format_html_join("", "<div><b>{}</b> {}</div>", rows) or "-"


def _one_act(event: AuditEvent) -> str:
    """Return the query of a list that shows each row of the act."""
    owner: tuple[str, Any] = ("tenant__id__exact", event.tenant_id)
    if event.tenant_id is None:
        owner = ("tenant__isnull", "True")
    act = [(REQUEST, event.request_id), ("action", event.action), owner]
    return urlencode(act)
