"""Contract summaries: their page, and the agreement to them."""

import datetime as dt

from django.urls import reverse

from billing.models import ContractOption
from billing.services import summaries
from tests.support.october import NOW, order


def agree(summary, member, now=NOW):
    return summaries.agree(
        summary=summary,
        member=member,
        has_accepted_terms=True,
        address="127.0.0.1",
        now=now,
    )


def page(name: str, summary) -> str:
    return reverse(
        f"billing:{name}", args=[summary.pk], urlconf="vms_portal.urls.portal"
    )


def add_option(contract, code="REC_500MB", **fields) -> None:
    ordered = order(contract, dt.date(2026, 10, 1))
    ContractOption.objects.create(
        tenant=contract.tenant,
        contract=contract,
        order=ordered,
        code=code,
        starts_on=dt.date(2026, 10, 1),
        **fields,
    )
