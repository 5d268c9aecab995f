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
    "destination": _("Destinations"),
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
    "number.labelled": _("Label of a number changed"),
    "number.released": _("Number released"),
    "number.option_changed": _("Option of a number changed"),
    "number.option_change_withdrawn": _("Change of option withdrawn"),
    "number.imported": _("Numbers imported"),
    "number.moved": _("Site or label of a number changed"),
    "number.suspended": _("Number suspended"),
    "number.resumed": _("Number resumed"),
    "site.added": _("Site added"),
    "site.changed": _("Site changed"),
    "number.diverted": _("Number diverted"),
    "number.divert_ended": _("Diversion ended"),
    "number.divert_expired": _("Diversion expired"),
    "plan.discarded": _("Draft discarded"),
    "plan.published": _("Plan published"),
    "plan.rolled_back": _("Plan rolled back"),
    "destination.added": _("New destination used"),
    "destination.policy_changed": _("Allowed destinations changed"),
}


def words(action: str) -> str:
    """Return the action in words; one from a later release as it is."""
    return str(ACTIONS.get(action, action))
