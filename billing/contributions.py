"""What billing adds to the lists of the frame, the trail and the rights."""

from operator import attrgetter

from django.utils.translation import gettext_lazy as _

from contracts.contributions import CONTRACTS
from tenants import staff_groups
from tenants.audit.actions import ACTIONS, SUBJECTS, Subject
from tenants.audit.details import ACTORS, AMOUNTS, NAMES
from tenants.contributions import ADMINISTRATION
from tenants.models.api_scopes import add_scope
from tenants.staff_groups import NONE, VIEW, WORK
from tenants.words.failed_work import ACTS
from vms_portal.kernel.admin.back_office import MENU
from vms_portal.kernel.registry import Section
from vms_portal.kernel.web.navigation import PAGES, Page

SUBJECTS.add(
    {
        "contract": Subject(_("Contracts")),
        "order": Subject(_("Orders")),
        "pricelist": Subject(_("Price lists")),
        "summary": Subject(_("Contract summaries")),
        "month": Subject(_("Month closes")),
        "invoice": Subject(_("Invoices")),
        "credit_note": Subject(_("Credit notes")),
        "correction": Subject(_("Corrections of closed months")),
    }
)
ACTIONS.add(
    {
        "contract.added": _("Contract entered"),
        "contract.changed": _("Contract changed"),
        "contract.agreed": _("Contract agreed"),
        "contract.activated": _("Contract activated"),
        "contract.terminated": _("Contract terminated"),
        "contract.end_withdrawn": _("End of a contract withdrawn"),
        "order.added": _("Order entered"),
        "order.changed": _("Order changed"),
        "pricelist.added": _("Price list entered"),
        "pricelist.changed": _("Price list changed"),
        "pricelist.withdrawn": _("Price list withdrawn"),
        "summary.drawn_up": _("Contract summary drawn up"),
        "summary.sent": _("Contract summary sent"),
        "summary.agreed": _("Contract summary agreed"),
        "summary.file_restored": _("Damaged file of a contract summary restored"),
        "month.close_started": _("Month close started"),
        "month.retried": _("Customers of a month billed again"),
        "month.closed": _("Month closed"),
        "invoice.issued": _("Invoice issued"),
        "invoice.sent_again": _("Invoice sent again"),
        "invoice.series_continued": _("Numbers of documents continued"),
        "invoice.file_restored": _("Damaged file of an invoice restored"),
        "invoice.file_replaced": _("Damaged file of an invoice rendered once more"),
        "credit_note.issued": _("Credit note issued"),
        "credit_note.file_restored": _("Damaged file of a credit note restored"),
        "credit_note.file_replaced": _(
            "Damaged file of a credit note rendered once more"
        ),
        "correction.credited": _("Calls billed too much credited"),
    }
)
NAMES.add(
    {
        "amount": _("amount"),
        "calls": _("calls"),
        "credit_notes": _("credit notes"),
        "customers": _("customers"),
        "issued": _("invoiced"),
        "nothing": _("nothing to invoice"),
        "parked": _("parked"),
        "pending": _("pending"),
        "prices": _("prices"),
        "rows": _("rows"),
        "sha256_before": _("SHA-256 before"),
        "terms": _("version of the terms"),
        "total": _("total"),
        "total_incl_vat": _("total including VAT"),
    }
)
AMOUNTS.update({"amount", "total_incl_vat"})
ACTORS.add(
    {
        "agreement": _("Agreement"),
        "continue_series": _("Continuation of the numbers of documents"),
        "document store": _("Document store"),
        "month close": _("Month close"),
    }
)
ACTS.add(
    {
        "billing.tasks.apply_agreement": _("Note the agreement on a contract"),
        "billing.tasks.bill_customers": _("Bill customers of a month"),
        "billing.tasks.continue_close": _("Close a month"),
        "billing.tasks.render_invoice": _("Make the PDF of an invoice"),
        "billing.tasks.render_summary": _("Make the PDF of a contract summary"),
        "billing.tasks.repair_file": _("Repair a stored document"),
        "billing.tasks.sweep": _("Look for billing work left undone"),
    }
)
add_scope("billing:read", _("Read invoices"), attrgetter("may_see_billing"))
staff_groups.add_rights(
    "billing",
    sales={
        "pricelist": VIEW,
        "invoice": NONE,
        "invoiceline": NONE,
        "invoicevat": NONE,
        "customermonth": NONE,
        "storedfile": NONE,
        "correction": NONE,
        "agreement": VIEW,
        "*": WORK,
    },
    finance={"*": WORK},
)
PAGES.add(
    ADMINISTRATION,
    Page(
        "billing:invoice_list", _("Invoices"), "receipt", attrgetter("may_see_billing")
    ),
    position=10,
)
MENU.add(CONTRACTS, "billing.ContractSummary", position=50)
MENU.add(Section(_("Orders"), position=40), "billing.Order")
MENU.add(
    Section(_("Billing"), position=50),
    "billing.Invoice",
    "billing.Correction",
    "billing.CustomerMonth",
    "traffic.Period",
    "billing.PriceList",
)
