"""What contracts add to the back office's menu and to the rights of its groups."""

from django.utils.translation import gettext_lazy as _

from tenants import staff_groups
from tenants.staff_groups import VIEW, WORK
from vms_portal.kernel.admin.back_office import MENU
from vms_portal.kernel.registry import Section

CONTRACTS = Section(_("Contracts"), position=20)

MENU.add(CONTRACTS, "contracts.Contract")
staff_groups.add_rights("contracts", sales={"*": WORK}, finance={"*": VIEW})
