"""What calls add to the lists of the frame, the trail and the rights."""

from django.utils.translation import gettext_lazy as _

from tenants import staff_groups
from tenants.audit.actions import ACTIONS, SUBJECTS, Subject
from tenants.audit.details import NAMES
from tenants.models.api_scopes import add_scope
from tenants.staff_groups import VIEW, WORK
from tenants.words.failed_work import ACTS
from vms_portal.kernel.admin.back_office import MENU
from vms_portal.kernel.registry import Section
from vms_portal.kernel.web.navigation import PAGES, Page

SUBJECTS.add({"quarantine": Subject(_("Quarantined call records"))})
ACTIONS.add(
    {
        "quarantine.corrected": _("Call record corrected"),
        "quarantine.released": _("Call record released"),
        "quarantine.dismissed": _("Call record dismissed"),
    }
)
NAMES.add({"note": _("note")})
ACTS.add(
    {
        "traffic.tasks.make_partitions": _("Make the tables for the next calls"),
        "traffic.tasks.release_quarantined": _("Release a quarantined call record"),
    }
)
add_scope("calls:read", _("Read calls"))
staff_groups.add_rights("traffic", sales={"*": VIEW}, finance={"*": WORK})
PAGES.add(
    Section(_("Calls"), position=30),
    Page("traffic:call_list", _("Calls"), "telephone-inbound"),
    Page("traffic:statistics", _("Statistics"), "graph-up"),
)
MENU.add(
    Section(_("Calls"), position=60),
    "traffic.QuarantinedRecord",
    "traffic.IngestBatch",
)
