import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command

from billing.models import ContractSummary, Invoice
from billing.services import corrections, summaries
from billing.tasks import render_invoice, render_summary
from contracts.models import Contract
from numbers.models import GeographicNumber, Site
from tenants.models import User
from tests.billing import closed_months
from tests.support.deliveries import load
from tests.support.october import NOW, OCTOBER
from tests.support.overbilled import LATER, NOVEMBER, calls, close
from tests.support.staff_groups import join_group
from traffic.models import QuarantinedRecord
from traffic.services import quarantine


@pytest.fixture
def files(settings, tmp_path):
    """Where this test's documents are stored."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def closed(october, files) -> list[Invoice]:
    """October closed: Acme's invoice, then Globex's. No PDF is rendered yet."""
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    return list(Invoice.objects.order_by("number"))


@pytest.fixture
def october_closed(october) -> None:
    closed_months.close()


@pytest.fixture
def rendered(closed) -> list[Invoice]:
    for invoice in closed:
        render_invoice(invoice.pk)
    return closed


@pytest.fixture
def make_draft(acme, make_contract, make_number, admin):
    """Contracts of Acme that have what a summary needs: a number, a recipient."""

    def make(reference: str, **fields):
        values = {"state": "draft", "activated_on": None, "reference": reference}
        contract = make_contract(acme, **{**values, **fields})
        site, _made = Site.objects.get_or_create(
            tenant=acme, name="Uccle", slug="uccle"
        )
        count = GeographicNumber.objects.count()
        make_number(contract, site, f"+32255013{count:02}")
        return contract

    return make


@pytest.fixture
def deliver(write):
    return lambda *rows: load(write(*rows))


@pytest.fixture
def disputed(deliver):
    """Deliver other contents of calls that are there already."""
    return lambda count, **more: deliver(*calls(count, outcome="answered", **more))


@pytest.fixture
def billed(customers, price_list, deliver) -> Contract:
    """October billed with 400 calls of Acme: 16.00."""
    deliver(*calls(400))
    close(OCTOBER)
    return customers[0]


@pytest.fixture
def credit(acting_as, staff):
    """Credit what is open of a month, as the back office does."""

    def act(contract: Contract, amount: str, month: dt.date = OCTOBER) -> list[Invoice]:
        with acting_as("vms_staff"):
            return corrections.credit_overbilled(
                contract=contract,
                month=month,
                amount=Decimal(amount),
                reason="Delivered twice",
                actor=staff,
                now=LATER,
            )

    return act


@pytest.fixture
def decide(staff, acting_as):
    """Count the content of a call that stands in quarantine with that outcome."""

    def act(call_id: str, outcome: str) -> None:
        waiting = QuarantinedRecord.objects.get(
            call_id=call_id, content__outcome=outcome, state="open"
        )
        with acting_as("vms_worker"):
            quarantine.release(record=waiting.pk, by=staff, note="", now=LATER)

    return act


@pytest.fixture
def billed_late(billed, deliver) -> Contract:
    """Fifty calls of October came late and are billed with November: 2.00."""
    deliver(*calls(50, first=500))
    close(NOVEMBER)
    return billed


@pytest.fixture
def draft(acme, make_contract, make_number, site, price_list, files, admin) -> Contract:
    contract = make_contract(
        acme, state=Contract.State.DRAFT, activated_on=None, reference="C-NEW"
    )
    make_number(contract, site, "+3225501250")
    return contract


@pytest.fixture
def ready(draft, staff) -> ContractSummary:
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)
    render_summary(summary.pk)
    summary.refresh_from_db()
    return summary


@pytest.fixture
def sent(ready, staff, admin) -> ContractSummary:
    return summaries.send(summary=ready, actor=staff, now=NOW)


@pytest.fixture
def finance_staff(db) -> User:
    user = User.objects.create_user(
        "fred@operator.example", is_staff=True, name="Fred", language="en"
    )
    wanted = ["view_invoice", "add_invoice", "view_customermonth", "view_pricelist"]
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    return user


@pytest.fixture
def sales_staff(db) -> User:
    """With exactly the rights of the group that real sales staff are in."""
    user = User.objects.create_user(
        "sam@operator.example", is_staff=True, name="Sam", language="en"
    )
    return join_group(user, "sales")


@pytest.fixture
def invoice(closed) -> Invoice:
    return closed[0]
