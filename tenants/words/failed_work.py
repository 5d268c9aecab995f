"""What the list of failed work calls each act. Every task has its words here."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAIL = "mail"

ACTS: dict[str, str | Promise] = {
    MAIL: _("Send a mail"),
    "billing.tasks.apply_agreement": _("Note the agreement on a contract"),
    "billing.tasks.bill_customers": _("Bill customers of a month"),
    "billing.tasks.continue_close": _("Close a month"),
    "billing.tasks.render_invoice": _("Make the PDF of an invoice"),
    "billing.tasks.render_summary": _("Make the PDF of a contract summary"),
    "billing.tasks.repair_file": _("Repair a stored document"),
    "billing.tasks.sweep": _("Look for billing work left undone"),
    "demo.tasks.continue_calls": _("Add calls to the demo"),
    "routing.tasks.announce_destinations": _("Tell of a new destination"),
    "routing.tasks.compile_plans": _("Compile a customer's plans"),
    "routing.tasks.end_expired_overrides": _("Record diversions that ended"),
    "routing.tasks.announce_left_out": _("Tell of destinations that are left out"),
    "routing.tasks.push_plans": _("Hand plans to the network"),
    "routing.tasks.recompile_plans": _("Compile all plans for the year ahead"),
    "routing.tasks.reconcile_plans": _("Compare the network's plans"),
    "routing.tasks.tell_expired": _("Tell that a diversion ended"),
    "routing.tasks.sweep_announcements": _("Look for destinations not told of"),
    "tenants.services.invitation_mail.send": _("Send an invitation"),
    "tenants.tasks.anchor_audit": _("Anchor the audit trail"),
    "tenants.tasks.forget_idempotency_keys": _("Forget old answers of the API"),
    "tenants.tasks.forget_sessions": _("Remove expired sessions"),
    "tenants.tasks.send_first_link": _("Send a new person the link to a password"),
    "tenants.tasks.send_password_reset": _("Send a link to choose a password"),
    "tenants.tasks.send_notice": _("Send a notice"),
    "tenants.tasks.send_security_mail": _("Tell of a change of a sign-in"),
    "tenants.tasks.send_warning_mail": _("Warn a person of a change of their sign-in"),
    "tenants.tasks.sweep_notices": _("Look for notices that were not sent"),
    "tenants.tasks.retry_failed_work": _("Try failed work again"),
    "traffic.tasks.make_partitions": _("Make the tables for the next calls"),
    "traffic.tasks.release_quarantined": _("Release a quarantined call record"),
    "vms_portal.kernel.work.broker.set_aside": _("Read a message of the queue"),
}


def words(act: str) -> str:
    """Return the act in words; one from another release as it is."""
    return str(ACTS.get(act, act))
