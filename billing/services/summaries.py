"""Contract summaries: drawn up, rendered, sent, agreed; then the contract may start."""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery

from billing.documents.contract_summary import (
    TEMPLATE_VERSION,
    SummaryProblem,
    render_contract_summary,
)
from billing.models import Agreement, ContractSummary, FileKind
from billing.selectors.readiness import require_complete
from billing.selectors.summary import content_of, price_list_of, summary_content
from billing.services.files import store
from billing.services.notices import tell_of_agreement, tell_of_summary
from billing.services.work import bill_later
from contracts.models import Contract
from tenants.audit.record import record
from tenants.models import Member, User
from tenants.services.authors import as_now
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.work.queue import enqueue_after_commit

State = ContractSummary.State
UNAGREED = [Contract.State.DRAFT, Contract.State.SENT, Contract.State.AGREED]


class NotReady(Exception):
    """The summary is not rendered, was sent before, or is not the newest one."""


class AlreadyAgreed(Exception):
    """Somebody of the customer agreed before this request."""


class TermsNotAccepted(Exception):
    """The summary is agreed together with the terms, or not at all."""


@transaction.atomic
def draw_up(*, contract: Contract, actor: User, now: dt.datetime) -> ContractSummary:
    """Make the next version of a contract's summary; a worker renders it.

    Prices and content are frozen here. ``NoPriceListYet`` when there are none;
    ``Incomplete`` without numbers, a price or somebody to send it to.
    """
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    require_complete(contract, local_date(now))
    prices = price_list_of(contract)
    last = _of(contract).aggregate(Max("version"))["version__max"] or 0
    summary = ContractSummary.objects.create(
        tenant=contract.tenant,
        contract=contract,
        version=last + 1,
        language=contract.tenant.language,
        template_version=TEMPLATE_VERSION,
        price_list=prices,
        content=summary_content(contract, prices, local_date(now)),
        created_at=now,
        created_by=actor,
    )
    record(actor=actor, action="summary.drawn_up", target=summary, at=now)
    enqueue_after_commit("billing.tasks.render_summary", summary.pk)
    return summary


@transaction.atomic
def render(*, summary_id: int) -> None:
    """Render a summary that waits for it; a rule it breaks is noted on it."""
    summary = ContractSummary.objects.select_for_update().get(pk=summary_id)
    if summary.state != State.DRAWN_UP:
        return
    try:
        body = render_contract_summary(content_of(summary), settings.OPERATOR)
    except SummaryProblem as error:
        summary.state, summary.problem = State.FAILED, str(error)
    else:
        store(summary, FileKind.PDF, body)
        summary.state = State.READY
    summary.save(update_fields=["state", "problem"])


@transaction.atomic
def send(*, summary: ContractSummary, actor: User, now: dt.datetime) -> ContractSummary:
    """Send the newest summary to the customer's administrators.

    ``NotReady``; ``Incomplete`` as for ``draw_up``: what was there may be gone.
    """
    contract = Contract.objects.select_for_update().get(pk=summary.contract_id)
    current = ContractSummary.objects.select_for_update().get(pk=summary.pk)
    if current.state != State.READY or not is_newest(current):
        raise NotReady(summary)
    require_complete(contract, local_date(now))
    current.state, current.sent_at = State.SENT, now
    people = tell_of_summary(current, now)
    current.sent_to = ", ".join(user.email for user in people)
    current.save(update_fields=["state", "sent_at", "sent_to"])
    if contract.state in UNAGREED:
        contract.state = Contract.State.SENT
        contract.save(update_fields=["state"])
    record(
        actor=actor,
        action="summary.sent",
        target=current,
        at=now,
        detail={"to": current.sent_to},
    )
    return current


@transaction.atomic
def agree(
    *,
    summary: ContractSummary,
    member: Member,
    has_accepted_terms: bool,
    address: str | None,
    now: dt.datetime,
) -> Agreement:
    """Record the customer's agreement with the very bytes they were shown.

    ``TermsNotAccepted``, ``NotReady`` for a version that is not the newest sent
    one, ``AlreadyAgreed`` for the second of two, ``NoLongerAble``. The worker moves the
    contract on.
    """
    if not has_accepted_terms:
        raise TermsNotAccepted(summary)
    agreement = _agreement_with_bytes(summary, member, address, now)
    _save_first(agreement)
    # Whoever signed beside them may have been waited for.
    as_now(member)
    detail = {"terms": agreement.terms_version, "sha256": agreement.sha256}
    record(actor=member, action="summary.agreed", target=summary, at=now, detail=detail)
    enqueue_after_commit("billing.tasks.apply_agreement", summary.pk)
    return agreement


def _agreement_with_bytes(
    summary: ContractSummary, member: Member, address: str | None, now: dt.datetime
) -> Agreement:
    """Return the agreement, not stored. ``NotReady`` unless it was the one to sign."""
    file = summary.pdf
    if summary.state != State.SENT or file is None or not is_newest(summary):
        raise NotReady(summary)
    return Agreement(
        tenant=member.tenant,
        summary=summary,
        agreed_by=member.user,
        name=str(member.user),
        agreed_at=now,
        address=address,
        terms_version=settings.OPERATOR.terms_version,
        sha256=file.sha256,
    )


def _save_first(agreement: Agreement) -> None:
    """Store the one agreement of a summary. ``AlreadyAgreed`` for a second."""
    try:
        with transaction.atomic():
            agreement.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyAgreed(agreement.summary) from error


@transaction.atomic
def apply_agreement(*, summary_id: int, now: dt.datetime) -> None:
    """Take the contract from sent to agreed if its newest summary is agreed."""
    summary = ContractSummary.objects.select_related("contract").get(pk=summary_id)
    contract = Contract.objects.select_for_update().get(pk=summary.contract_id)
    if contract.state == Contract.State.SENT and is_agreed(contract):
        contract.state = Contract.State.AGREED
        contract.save(update_fields=["state"])
        put_off = bill_later(contract=contract)
        record(
            actor="agreement",
            action="contract.agreed",
            target=contract,
            at=now,
            detail=put_off,
        )
        tell_of_agreement(summary, now)


def is_newest(summary: ContractSummary) -> bool:
    others = ContractSummary.objects.filter(contract=summary.contract_id)
    return not others.filter(version__gt=summary.version).exists()


def is_agreed(contract: Contract) -> bool:
    """Is the newest summary of this contract agreed?"""
    summary = newest(contract)
    return summary is not None and Agreement.objects.filter(summary=summary).exists()


def newest(contract: Contract) -> ContractSummary | None:
    return _of(contract).order_by("-version").first()


def _of(contract: Contract) -> QuerySet[ContractSummary]:
    return ContractSummary.objects.filter(contract=contract)


def to_render() -> QuerySet[ContractSummary]:
    return ContractSummary.objects.filter(state=State.DRAWN_UP)


def to_apply() -> QuerySet[ContractSummary]:
    """Return the agreed newest summaries whose contract is still only sent."""
    versions = ContractSummary.objects.filter(contract=OuterRef("contract"))
    latest = versions.order_by("-version").values("pk")[:1]
    return ContractSummary.objects.filter(
        pk=Subquery(latest),
        agreement__isnull=False,
        contract__state=Contract.State.SENT,
    )
