"""What the audit trail calls each act. Every action recorded has its words here."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SUBJECTS: dict[str, str | Promise] = {
    "member": _("Members"),
    "invitation": _("Invitations"),
    "token": _("API tokens"),
    "number": _("Numbers"),
    "site": _("Sites"),
    "plan": _("Routing plans"),
    "continuity": _("Voice Continuity"),
    "destination": _("Destinations"),
    "contract": _("Contracts"),
    "summary": _("Contract summaries"),
    "month": _("Month closes"),
    "staff": _("Acts of the operator's staff"),
}
ACTIONS: dict[str, str | Promise] = {
    "member.role_changed": _("Role changed"),
    "member.access_changed": _("Numbers of a member changed"),
    "member.deactivated": _("Member's access withdrawn"),
    "member.reactivated": _("Member's access given back"),
    "invitation.sent": _("Invitation sent"),
    "invitation.accepted": _("Invitation accepted"),
    "invitation.revoked": _("Invitation withdrawn"),
    "token.created": _("API token created"),
    "token.revoked": _("API token withdrawn"),
    "number.added": _("Number added"),
    "number.imported": _("Number imported"),
    "number.labelled": _("Label of a number changed"),
    "number.moved": _("Number moved to another site"),
    "number.released": _("Number released"),
    "number.option_changed": _("Option of a number changed"),
    "number.option_change_withdrawn": _("Change of option withdrawn"),
    "number.diverted": _("Number diverted"),
    "number.divert_ended": _("Diversion ended"),
    "number.divert_expired": _("Diversion expired"),
    "number.suspended": _("Number suspended"),
    "number.resumed": _("Number back in service"),
    "site.changed": _("Site changed"),
    "plan.discarded": _("Draft discarded"),
    "plan.published": _("Plan published"),
    "plan.rolled_back": _("Plan rolled back"),
    "continuity.switched_on": _("Redirection switched on"),
    "continuity.switched_off": _("Redirection switched off"),
    "destination.added": _("New destination used"),
    "destination.policy_changed": _("Allowed destinations changed"),
    "contract.agreed": _("Contract agreed"),
    "contract.activated": _("Contract activated"),
    "contract.terminated": _("Contract terminated"),
    "summary.drawn_up": _("Contract summary drawn up"),
    "summary.sent": _("Contract summary sent"),
    "summary.agreed": _("Contract summary agreed"),
    "month.close_started": _("Month close started"),
    "month.retried": _("Customers of a month billed again"),
    "month.closed": _("Month closed"),
    "staff.added": _("Added in the back office"),
    "staff.changed": _("Changed in the back office"),
}


def words(action: str) -> str:
    """Return the action in words; one from a later release as it is."""
    return str(ACTIONS.get(action, action))
