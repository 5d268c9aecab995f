"""What numbers and sites add to the lists of the frame, the trail and the rights."""

from django.utils.translation import gettext_lazy as _

from numbers.models.geographic_number import ServiceOption
from tenants import staff_groups
from tenants.audit.actions import ACTIONS, SUBJECTS, Subject
from tenants.audit.details import ACTORS, NAMES, VALUES
from tenants.models.api_scopes import add_scope
from tenants.staff_groups import VIEW, WORK
from vms_portal.kernel.admin.back_office import MENU
from vms_portal.kernel.registry import Section
from vms_portal.kernel.web.navigation import PAGES, Page

SUBJECTS.add(
    {
        "number": Subject(_("Numbers"), for_everybody=True),
        "site": Subject(_("Sites"), for_everybody=True),
        "destination": Subject(_("Destinations"), for_everybody=True),
    }
)
ACTIONS.add(
    {
        "member.access_changed": _("Numbers of a member changed"),
        "number.added": _("Number added"),
        "number.imported": _("Number imported"),
        "number.labelled": _("Label of a number changed"),
        "number.moved": _("Number moved to another site"),
        "number.released": _("Number released"),
        "number.option_changed": _("Option of a number changed"),
        "number.option_change_withdrawn": _("Change of option withdrawn"),
        "number.suspended": _("Number suspended"),
        "number.resumed": _("Number back in service"),
        "number.goes_on": _("Number goes on with its contract"),
        "site.added": _("Site added"),
        "site.changed": _("Site changed"),
        "site.line_changed": _("Main line of a site changed"),
        "destination.policy_changed": _("Allowed destinations changed"),
    }
)
NAMES.add(
    {
        "added": _("added"),
        "all": _("all numbers"),
        "changed": _("changed"),
        "city": _("city"),
        "file": _("file"),
        "international": _("prefixes abroad"),
        "is_main": _("main line"),
        "kept": _("kept"),
        "last_day": _("last day"),
        "lines": _("lines"),
        "number": _("number"),
        "numbers": _("numbers"),
        "opt_in": _("special numbers"),
        "option": _("option"),
        "postal_code": _("postal code"),
        "ring_again": _("line rings again"),
        "sha256": _("SHA-256"),
        "site": _("site"),
        "sites": _("sites"),
        "slug": _("short name"),
        "street": _("street and number"),
        "withdrawn": _("withdrawn"),
    }
)
VALUES.add(dict(ServiceOption.choices))
ACTORS.add({"import_numbers": _("Import of numbers")})
add_scope("numbers:read", _("Read numbers and sites"))
staff_groups.add_rights("numbers", sales={"*": WORK}, finance={"*": VIEW})
PAGES.add(
    Section("", position=10),
    Page("numbers:home", _("Home"), "house"),
    Page("numbers:number_list", _("Numbers"), "telephone"),
    Page("numbers:site_list", _("Sites"), "building"),
)
MENU.add(
    Section(_("Numbers"), position=30),
    "numbers.GeographicNumber",
    "numbers.Site",
    "numbers.DestinationPolicy",
)
