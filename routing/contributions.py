"""What routing adds to the lists of the frame, the trail and the rights."""

from operator import attrgetter

from django.utils.translation import gettext_lazy as _

from numbers.services import elsewhere
from numbers.services.ended_digits import DIGITS, RULES
from routing.decisions.elsewhere import calls_elsewhere
from routing.decisions.ended_digits import ended_digits
from routing.models import Redirection
from tenants import staff_groups
from tenants.audit.actions import ACTIONS, SUBJECTS, Subject
from tenants.audit.details import ACTORS, NAMES, VALUES
from tenants.models.api_scopes import add_scope
from tenants.staff_groups import VIEW
from tenants.words.failed_work import ACTS
from vms_portal.kernel.registry import Section
from vms_portal.kernel.web.navigation import PAGES, Page

SUBJECTS.add(
    {
        "plan": Subject(_("Routing plans"), for_everybody=True),
        "continuity": Subject(_("Voice Continuity"), for_everybody=True),
        "calendar": Subject(_("Calendars"), for_everybody=True),
        "announcement": Subject(_("Announcements"), for_everybody=True),
        "callers": Subject(_("Caller rules")),
        "safety": Subject(_("Safety destination")),
    }
)
ACTIONS.add(
    {
        "number.diverted": _("Number diverted"),
        "number.divert_ended": _("Diversion ended"),
        "number.divert_expired": _("Diversion expired"),
        "plan.discarded": _("Draft discarded"),
        "plan.published": _("Plan published"),
        "plan.rolled_back": _("Plan rolled back"),
        "continuity.prepared": _("Redirection prepared"),
        "continuity.switched_on": _("Redirection switched on"),
        "continuity.switched_off": _("Redirection switched off"),
        "continuity.ended_with_option": _("Redirection ended with its option"),
        "destination.added": _("New destination used"),
        "destination.left_out": _("Destination no longer called"),
        "calendar.saved": _("Calendar saved"),
        "calendar.deleted": _("Calendar deleted"),
        "announcement.saved": _("Announcement saved"),
        "announcement.deleted": _("Announcement deleted"),
        "callers.rule_added": _("Caller rule added"),
        "callers.rule_removed": _("Caller rule removed"),
        "safety.changed": _("Safety destination changed"),
    }
)
NAMES.add(
    {
        "comment": _("comment"),
        "definition": _("hours"),
        "destination": _("destination"),
        "destinations": _("destinations"),
        "texts": _("texts"),
        "until": _("until"),
        "version": _("version"),
    }
)
VALUES.add(
    {
        **dict(Redirection.Kind.choices),
        "line": _("the number's own line"),
    }
)
ACTORS.add(
    {
        "expiry": _("Expiry"),
        "option": _("Change of option"),
        "policy": _("Destination policy"),
    }
)
ACTS.add(
    {
        "routing.tasks.announce_destinations": _("Tell of a new destination"),
        "routing.tasks.announce_left_out": _("Tell of destinations that are left out"),
        "routing.tasks.compile_plans": _("Compile a customer's plans"),
        "routing.tasks.end_expired_overrides": _("Record diversions that ended"),
        # Of one customer, for whom that failed.
        "routing.services.forwarding.end_expired": _("Record diversions that ended"),
        "routing.tasks.push_plans": _("Hand plans to the network"),
        "routing.tasks.recompile_plans": _("Compile all plans for the year ahead"),
        "routing.tasks.reconcile_plans": _("Compare the network's plans"),
        "routing.tasks.sweep_announcements": _("Look for destinations not told of"),
        "routing.tasks.tell_expired": _("Tell that a diversion ended"),
    }
)
RULES.add({DIGITS: ended_digits})
elsewhere.RULES.add({elsewhere.ELSEWHERE: calls_elsewhere})
add_scope("routing:read", _("Read where calls go"))
add_scope("routing:write", _("Change where calls go"), attrgetter("may_operate"))
staff_groups.add_rights("routing", sales={"*": VIEW})
PAGES.add(
    Section(_("Routing"), position=20),
    Page("routing:calendar_list", _("Calendars"), "calendar3"),
    Page("routing:announcement_list", _("Announcements"), "megaphone"),
)
