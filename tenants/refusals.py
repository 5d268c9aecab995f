"""Why an invitation was refused, in words."""

from django.utils.translation import gettext as _

from tenants.models import User
from tenants.services.invitation_rights import (
    ReasonNeeded,
    RightsTooWide,
    TooManyInvitations,
)
from tenants.services.invitations import AlreadyMember, InvitationOver
from vms_portal.kernel.local_time import BRUSSELS

REFUSED = (
    AlreadyMember,
    InvitationOver,
    ReasonNeeded,
    RightsTooWide,
    TooManyInvitations,
)


def sentence(refused: Exception) -> str:
    """Return what to tell whoever invites."""
    if isinstance(refused, TooManyInvitations):
        again_at = refused.again_at.astimezone(BRUSSELS)
        return _(
            "That is enough invitations for now. The next one can be sent at %(time)s."
        ) % {"time": f"{again_at:%H:%M}"}
    if isinstance(refused, ReasonNeeded):
        return _(
            "This customer has an administrator, who invites the others. Give the "
            "reason why you do it: the customer's administrators read it."
        )
    if isinstance(refused, AlreadyMember):
        return _("This person is a member already.")
    if isinstance(refused, InvitationOver):
        return _("This invitation was accepted or withdrawn meanwhile.")
    if isinstance(refused.args[0], User):
        return _(
            "This customer has an administrator, who invites the others. Only an "
            "administrator of the back office can go past them."
        )
    return _("You cannot give more than you have yourself.")
