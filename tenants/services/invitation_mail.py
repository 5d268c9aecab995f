"""What is written about an invitation.

The mail with the link is sent by the process that made it: the secret is not to lie
in the broker.
"""

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tenants.models import Invitation, Notice, User
from tenants.services.notices import Letter, writes
from vms_portal.kernel.data.row_security import tenant_scope
from vms_portal.kernel.mail.delivery import framed
from vms_portal.kernel.text import one_line
from vms_portal.kernel.web.addresses import portal_address

BY_STAFF = "invitation.by_staff"


def send(invitation: Invitation, url: str) -> None:
    """Write in the invited person's language, else in the customer's; note when."""
    with tenant_scope(invitation.tenant_id):
        known = User.objects.filter(email=invitation.email).first()
        language = known.language if known else invitation.tenant.language
        with translation.override(language):
            values = {**_values(invitation), "url": url}
            subject = _("Invitation to %(customer)s on %(portal)s") % values
            text = _(
                "%(person)s invites you to join %(customer)s on %(portal)s. "
                "Your role: %(role)s.\n\nAccept here: %(url)s\n\nThe link works once, "
                "for seven days, and for this e-mail address only. If you "
                "expected no invitation, you can ignore this message."
            )
            send_mail(
                one_line(subject), framed(text % values), None, [invitation.email]
            )
        sent = Invitation.objects.filter(pk=invitation.pk)
        sent.update(mailed_at=timezone.now())


@writes(BY_STAFF)
def _by_staff(notice: Notice) -> Letter:
    """Tell who runs the customer's team that staff invited somebody to it."""
    invitation = Invitation.objects.select_related("tenant", "invited_by").get(
        pk=notice.about
    )
    values = {
        **_values(invitation),
        "url": portal_address("tenants:member_list"),
        "email": invitation.email,
        "operator": settings.OPERATOR.name,
        "reason": invitation.reason or "-",
    }
    subject = _("Our staff invited %(email)s to %(customer)s")
    text = _(
        "%(person)s of %(operator)s invited %(email)s to join "
        "%(customer)s. Role: %(role)s.\n\nReason: %(reason)s\n\nIf this is "
        "not right, call us and withdraw the invitation here: %(url)s"
    )
    return Letter(subject % values, text % values)


def _values(invitation: Invitation) -> dict[str, object]:
    """In the language that is active."""
    return {
        "person": invitation.invited_by,
        "customer": invitation.tenant,
        "portal": settings.OPERATOR.portal_name,
        "role": invitation.get_role_display(),
    }
