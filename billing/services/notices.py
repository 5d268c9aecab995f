"""What is mailed about documents, agreements and the service of a contract."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import ContractSummary, Invoice, StoredFile
from billing.selectors.files import read_file
from billing.selectors.mailing import KIND as ISSUED
from contracts.models import Contract
from numbers.services.notices import how_to_object, is_over, naming_sites
from tenants.audit.record import record
from tenants.models import Notice, User
from tenants.services.notices import (
    TASK,
    Letter,
    NotYet,
    addressed,
    administrators_of,
    tell_administrators,
    tell_people,
    writes,
)
from vms_portal.kernel.formatting import day_words, euro, grouped
from vms_portal.kernel.web.addresses import portal_address
from vms_portal.kernel.work.queue import enqueue_after_commit

SUMMARY, AGREED = "summary.sent", "agreement.given"
STARTED, ENDING, GOES_ON = "contract.started", "contract.ending", "contract.goes_on"
PDF = "application/pdf"


class NoAddress(Exception):
    """The customer has no e-mail address for invoices."""


def invoice_notices(invoices: list[Invoice], now: dt.datetime) -> None:
    """Have each issued document mailed; the worker does once it is rendered."""
    Notice.objects.bulk_create(
        addressed(
            ISSUED,
            tenant=invoice.tenant,
            about=invoice.pk,
            address=invoice.customer["email"],
            language=invoice.language,
            now=now,
        )
        for invoice in invoices
    )


@transaction.atomic
def send_again(*, invoice: Invoice, actor: User, now: dt.datetime) -> Notice:
    """Mail a document once more, to the address that the customer has today.

    ``NoAddress`` when there is none.
    """
    address = invoice.tenant.billing_email
    if not address:
        raise NoAddress(invoice)
    notice = addressed(
        ISSUED,
        tenant=invoice.tenant,
        about=invoice.pk,
        address=address,
        language=invoice.language,
        now=now,
    )
    notice.save()
    record(
        actor=actor,
        action="invoice.sent_again",
        target=invoice,
        at=now,
        detail={"to": address},
    )
    enqueue_after_commit(TASK, notice.pk)
    return notice


def tell_of_summary(summary: ContractSummary, now: dt.datetime) -> list[User]:
    """Write to the administrators where to read and agree; return them."""
    people = administrators_of(summary.tenant)
    tell_people(
        SUMMARY, tenant=summary.tenant, about=summary.pk, people=people, now=now
    )
    return people


def tell_of_agreement(summary: ContractSummary, now: dt.datetime) -> None:
    """Send what was agreed to the customer's administrators and to who drew it up."""
    people = {user.pk: user for user in administrators_of(summary.tenant)}
    author = summary.created_by
    if author.is_active:
        people[author.pk] = author
    tell_people(
        AGREED, tenant=summary.tenant, about=summary.pk, people=people.values(), now=now
    )


def tell_of_contract(
    kind: str, contract: Contract, day: dt.date, now: dt.datetime, **more: Any
) -> None:
    detail = {"day": day.isoformat(), **more}
    tell_administrators(
        kind, tenant=contract.tenant, about=contract.pk, now=now, detail=detail
    )


def _attached(file: StoredFile | None, name: str) -> tuple[str, bytes, str]:
    if file is None:
        raise NotYet(name)
    return f"{name}.pdf", read_file(file), PDF


@writes(ISSUED)
def _issued(notice: Notice) -> Letter:
    invoice = Invoice.objects.select_related("credits").get(pk=notice.about)
    attached = _attached(invoice.pdf, invoice.reference)
    write = _credit_note if invoice.credits else _invoice
    values = {
        "reference": invoice.reference,
        "operator": settings.OPERATOR.name,
        "month": date_format(invoice.month, "YEAR_MONTH_FORMAT"),
        "amount": euro(invoice.total_incl_vat),
        "due": day_words(invoice.due_on),
        "iban": grouped(invoice.supplier["iban"]),
        "communication": invoice.communication,
        "url": portal_address("billing:invoice_detail", invoice.pk),
    }
    subject, text = write(invoice, values)
    return Letter(subject, text, (attached,))


def _invoice(invoice: Invoice, values: dict[str, Any]) -> tuple[str, str]:
    text = _(
        "Please find attached invoice %(reference)s of %(operator)s for %(month)s.\n\n"
        "Amount: %(amount)s incl. VAT\nDue on: %(due)s\nAccount: %(iban)s\n"
        "Communication: %(communication)s\n\n"
        "Your invoice in the portal: %(url)s"
    )
    subject = _("Invoice %(reference)s of %(operator)s: %(amount)s")
    return subject % values, text % values


def _credit_note(invoice: Invoice, values: dict[str, Any]) -> tuple[str, str]:
    values = {**values, "credited": str(invoice.credits), "reason": invoice.reason}
    text = _(
        "Please find attached credit note %(reference)s of %(operator)s for invoice "
        "%(credited)s.\n\nAmount credited: %(amount)s incl. VAT\nReason: %(reason)s\n\n"
        "Your credit note in the portal: %(url)s"
    )
    subject = _("Credit note %(reference)s of %(operator)s for invoice %(credited)s")
    return subject % values, text % values


@writes(SUMMARY)
def _summary(notice: Notice) -> Letter:
    rows = ContractSummary.objects.select_related("contract")
    values = {
        "contract": rows.get(pk=notice.about).contract.reference,
        "url": portal_address("billing:summary_detail", notice.about),
        "operator": settings.OPERATOR.name,
    }
    subject = _("Your contract summary %(contract)s is ready")
    text = _(
        "%(operator)s has drawn up the summary of contract %(contract)s. "
        "Please read it and agree to it here: %(url)s\n\n"
        "The service starts only after your agreement."
    )
    return Letter(subject % values, text % values)


@writes(AGREED)
def _agreed(notice: Notice) -> Letter:
    rows = ContractSummary.objects.select_related("contract", "agreement", "tenant")
    summary = rows.get(pk=notice.about)
    agreement = summary.agreement
    name = f"{summary.contract.reference}-v{summary.version}"
    values = {
        "contract": summary.contract.reference,
        "customer": summary.tenant.name,
        "person": agreement.name,
        "at": day_words(localtime(agreement.agreed_at), "DATETIME_FORMAT"),
        "terms": agreement.terms_version,
    }
    text = _(
        "%(person)s agreed for %(customer)s to the summary of contract %(contract)s "
        "on %(at)s, together with the terms, version %(terms)s.\n\n"
        "The summary that was agreed is attached. Keep it with your contract."
    )
    subject = _("Agreement given: contract %(contract)s")
    attached = _attached(summary.pdf, name)
    return Letter(subject % values, text % values, (attached,))


def _service(notice: Notice) -> dict[str, Any]:
    """Return the words of mails about the service of a contract."""
    contract = Contract.objects.select_related("tenant").get(pk=notice.about)
    detail = notice.detail
    count = detail.get("starting", {}).get("served", detail.get("numbers", 0))
    return {
        "contract": contract.reference,
        "customer": contract.tenant.name,
        "day": day_words(dt.date.fromisoformat(detail["day"])),
        "reason": detail.get("reason") or "-",
        "count": count,
        "numbers": ngettext("%(count)d number", "%(count)d numbers", count)
        % {"count": count},
        "url": portal_address("billing:contract_list"),
    }


@writes(STARTED)
def _started(notice: Notice) -> Letter:
    values = _service(notice)
    subject = _("The service of contract %(contract)s starts on %(day)s")
    text = _(
        "The service of contract %(contract)s of %(customer)s starts on "
        "%(day)s, with %(numbers)s."
    )
    if is_over(notice):
        subject = _("The service of contract %(contract)s started on %(day)s")
        text = _(
            "The service of contract %(contract)s of %(customer)s started on "
            "%(day)s, with %(numbers)s."
        )
    others = _not_served(notice.detail.get("starting", {}))
    text = "\n\n".join([text % values, *others, _("Your contracts: %(url)s") % values])
    return Letter(subject % values, text)


def _not_served(starting: dict[str, int]) -> list[str]:
    """Say which numbers of a contract that starts are not in service with it."""
    suspended, later = (starting.get(state, 0) for state in ("suspended", "later"))
    told = [
        (
            ngettext(
                "%(count)d more is suspended: calls to it are not connected.",
                "%(count)d more are suspended: calls to them are not connected.",
                suspended,
            ),
            suspended,
        ),
        (
            ngettext(
                "%(count)d more starts later, on a first day of its own.",
                "%(count)d more start later, on first days of their own.",
                later,
            ),
            later,
        ),
    ]
    return [text % {"count": count} for text, count in told if count]


@writes(ENDING)
def _ending(notice: Notice) -> Letter:
    values = _service(notice)
    subject = _("The service of contract %(contract)s ends on %(day)s")
    text = _(
        "The service of contract %(contract)s of %(customer)s ends. Its last "
        "day is %(day)s. Numbers that end with it: %(count)s.\n\nReason: %(reason)s"
    )
    if is_over(notice):
        subject = _("The service of contract %(contract)s ended on %(day)s")
        text = _(
            "The service of contract %(contract)s of %(customer)s has ended. Its last "
            "day was %(day)s. Numbers that ended with it: %(count)s.\n\n"
            "Reason: %(reason)s"
        )
    yours = _("Your contracts: %(url)s")
    text = f"{text}\n\n{how_to_object(notice)} {yours}"
    return naming_sites(notice, Letter(subject % values, text % values))


@writes(GOES_ON)
def _goes_on(notice: Notice) -> Letter:
    values = _service(notice)
    subject = _("The service of contract %(contract)s goes on")
    text = _(
        "The service of contract %(contract)s of %(customer)s goes on: it does "
        "not end on %(day)s. Numbers that go on with it: %(count)s.\n\n"
        "Reason: %(reason)s\n\nYour contracts: %(url)s"
    )
    return Letter(subject % values, text % values)
