"""What customers and people add to the lists of the frame, the trail and the rights."""

from operator import attrgetter

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants import staff_groups
from tenants.audit.actions import ACTIONS, SUBJECTS, Subject
from tenants.audit.details import NAMES, VALUES, WORDS_OF
from tenants.models import Member
from tenants.models.api_scopes import SCOPES
from tenants.staff_groups import VIEW, WORK
from tenants.words.failed_work import ACTS, MAIL
from vms_portal.kernel.admin.back_office import MENU
from vms_portal.kernel.registry import Section
from vms_portal.kernel.web.navigation import PAGES, Page

ADMINISTRATION = Section(_("Administration"), position=40)
RUNS_THE_TEAM = attrgetter("may_manage_team")

SUBJECTS.add(
    {
        "person": Subject(_("Sign-in of people")),
        "member": Subject(_("Members")),
        "invitation": Subject(_("Invitations")),
        "token": Subject(_("API tokens")),
        "staff": Subject(_("Actions by our staff")),
    }
)
ACTIONS.add(
    {
        "person.signed_in": _("Signed in"),
        "person.signed_out": _("Signed out"),
        "person.session_ended": _("Session ended"),
        "person.sessions_ended": _("Signed out everywhere"),
        "person.password_changed": _("Password changed"),
        "person.password_reset": _("New password chosen by a link"),
        "person.second_factor_added": _("Second step of a sign-in set up"),
        "person.second_factor_removed": _("Second step of a sign-in given up"),
        "person.email_changed": _("E-mail address changed"),
        "person.name_changed": _("Name changed"),
        "member.role_changed": _("Role changed"),
        "member.deactivated": _("Member's access withdrawn"),
        "member.reactivated": _("Member's access given back"),
        "invitation.sent": _("Invitation sent"),
        "invitation.link_shown": _("Link of an invitation shown"),
        "invitation.accepted": _("Invitation accepted"),
        "invitation.revoked": _("Invitation withdrawn"),
        "token.created": _("API token created"),
        "token.revoked": _("API token withdrawn"),
        "staff.added": _("Added in the back office"),
        "staff.changed": _("Changed in the back office"),
        "staff.second_factor_removed": _("Second step of a sign-in removed"),
        "staff.failed_work_retried": _("Failed work tried again"),
        "staff.failed_work_settled": _("Failed work settled"),
    }
)
NAMES.add(
    {
        "address": _("IP address"),
        "after": _("after"),
        "before": _("before"),
        "changes": _("changes"),
        "email": _("e-mail"),
        "expires_at": _("expires"),
        "fields": _("fields"),
        "from": _("from"),
        "groups": _("groups"),
        "is_active": _("active"),
        "is_staff": _("staff"),
        "is_superuser": _("superuser status"),
        "kind": _("kind"),
        "language": _("language"),
        "member": _("member"),
        "name": _("name"),
        "reason": _("reason"),
        "role": _("role"),
        "scopes": _("rights"),
        "sees_all_numbers": _("all numbers"),
        "steps": _("signed in by"),
        "to": pgettext_lazy("audit", "to"),
    }
)
VALUES.add(
    {
        **dict(Member.Role.choices),
        "password": _("Password"),
        "totp": _("Authenticator app"),
        "webauthn": _("Passkey"),
        "recovery_codes": _("Recovery codes"),
        "new_password": _("a new password was chosen"),
        "role_changed": _("the role changed"),
        "access_ended": _("access was taken away or given back"),
        "new_address": _("the address of the sign-in changed"),
        "administrator_joined": _("the customer has an administrator"),
        "step_removed": _("a second step was removed"),
    }
)
WORDS_OF.add({"groups": staff_groups.GROUPS, "scopes": SCOPES})
ACTS.add(
    {
        MAIL: _("Send a mail"),
        "tenants.services.invitation_mail.send": _("Send an invitation"),
        "tenants.tasks.anchor_audit": _("Anchor the audit trail"),
        "tenants.tasks.forget_idempotency_keys": _("Forget old answers of the API"),
        "tenants.tasks.forget_sessions": _("Remove expired sessions"),
        "tenants.tasks.retry_failed_work": _("Try failed work again"),
        "tenants.tasks.send_first_link": _("Send a new person the link to a password"),
        "tenants.tasks.send_notice": _("Send a notice"),
        "tenants.tasks.send_password_reset": _("Send a link to choose a password"),
        "tenants.tasks.send_security_mail": _("Tell of a change of a sign-in"),
        "tenants.tasks.send_warning_mail": _(
            "Warn a person of a change of their sign-in"
        ),
        "tenants.tasks.sweep_notices": _("Look for notices that were not sent"),
        "vms_portal.kernel.work.broker.set_aside": _("Read a message of the queue"),
    }
)
staff_groups.add_rights(
    "tenants",
    sales={"tenant": WORK, "member": VIEW, "invitation": ("view", "add")},
    finance={"tenant": VIEW},
)
PAGES.add(
    ADMINISTRATION,
    Page("tenants:member_list", _("Team"), "people", RUNS_THE_TEAM),
    Page("tenants:audit_list", _("Audit trail"), "journal-check", RUNS_THE_TEAM),
    Page("tenants:token_list", _("API access"), "key", RUNS_THE_TEAM),
    position=50,
)
MENU.add(
    Section(_("Customers"), position=10),
    "tenants.Tenant",
    "tenants.Invitation",
    "tenants.Member",
)
MENU.add(
    Section(_("People"), position=70),
    "tenants.User",
    "mfa.Authenticator",
    "tenants.AuditEvent",
    "tenants.FailedWork",
)
